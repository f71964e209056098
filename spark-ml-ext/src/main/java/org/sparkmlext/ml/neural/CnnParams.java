package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;

/** What all networks for images have. */
public interface CnnParams extends NetworkParams {

    @Override
    default Param<String> network() {
        return CheckedParams.ofText(
                this,
                "network",
                "name of a preset (simple-cnn, vgg-cifar, resnet18) or the JSON of a network; without its last layer, which is "
                        + "added for the number of classes or outputs, or with it (text; default simple-cnn)");
    }

    default Param<String> imageCol() {
        return CheckedParams.ofText(
                this,
                "imageCol",
                "column of images, as ImageAssembler writes it, Spark's image struct, binary or array; instead of featuresCol, which "
                        + "may be of the same types or hold vectors (text; default empty: featuresCol)");
    }

    default String getImageCol() {
        return getOrDefault(imageCol());
    }

    default Param<String> augmentation() {
        return CheckedParams.ofText(
                this,
                "augmentation",
                "random changes of training images, e.g. flip,crop:4,rotate:15; empty = none (text; default empty)");
    }

    default String getAugmentation() {
        return getOrDefault(augmentation());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(CnnParams stage) {
        NetworkParams.setDefaults(stage, "simple-cnn");
        stage.setDefault(stage.imageCol(), "");
        stage.setDefault(stage.augmentation(), "");
    }
}
