package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.ml.stage.ColumnParams;
import org.sparkmlext.ml.stage.TrainingParams;

/** What all networks for images have. */
public interface CnnParams extends NetworkParams, ColumnParams, TrainingParams {

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

    default Param<String> embeddingsCol() {
        return CheckedParams.ofText(
                this,
                "embeddingsCol",
                "output column: vector of what embeddingsLayer gives, images channel by channel; empty = none (text; default empty)");
    }

    default String getEmbeddingsCol() {
        return getOrDefault(embeddingsCol());
    }

    default Param<String> embeddingsLayer() {
        return CheckedParams.ofText(
                this,
                "embeddingsLayer",
                "name of the layer whose values embeddingsCol has; empty = the one that the last layer reads (text; default empty)");
    }

    default String getEmbeddingsLayer() {
        return getOrDefault(embeddingsLayer());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(CnnParams stage) {
        NetworkParams.setDefaults(stage);
        stage.setDefault(stage.imageCol(), "");
        stage.setDefault(stage.augmentation(), "");
        stage.setDefault(stage.embeddingsCol(), "");
        stage.setDefault(stage.embeddingsLayer(), "");
    }
}
