package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.sparkmlext.ml.stage.CheckedParams;

/** Params of {@link ImageAssembler}. */
public interface ImageAssemblerParams extends Params {

    /** A broken image fails the query. */
    String ERROR = "error";

    /** A broken image becomes null. */
    String NULL = "null";

    /** The row of a broken image is left out. */
    String SKIP = "skip";

    default Param<String> inputCol() {
        return CheckedParams.ofText(
                this,
                "inputCol",
                "column of images: binary (a whole JPEG, PNG, GIF, BMP or TIFF file each), string (the path of one, on any Hadoop"
                        + " file system) or Spark's image struct (text; default content)");
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default Param<String> outputCol() {
        return CheckedParams.ofText(
                this,
                "outputCol",
                "output column: binary, height x width x channels unsigned bytes, row by row, red, green and blue of a pixel"
                        + " together; its metadata carries the size (text; default image)");
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default IntParam height() {
        return size("height", "rows of pixels of the output");
    }

    default int getHeight() {
        return (int) getOrDefault(height());
    }

    default IntParam width() {
        return size("width", "pixels a row of the output");
    }

    default int getWidth() {
        return (int) getOrDefault(width());
    }

    private IntParam size(String name, String doc) {
        return CheckedParams.ofInt(this, name, doc, "1 to 16384", 224, v -> v >= 1 && v <= 16384);
    }

    default IntParam channels() {
        return CheckedParams.ofInt(
                this,
                "channels",
                "1 = grey (0.299 R + 0.587 G + 0.114 B), 3 = red, green, blue; alpha is dropped",
                "1 or 3",
                3,
                v -> v == 1 || v == 3);
    }

    default int getChannels() {
        return (int) getOrDefault(channels());
    }

    default Param<String> resizeMode() {
        return CheckedParams.ofChoice(
                this,
                "resizeMode",
                "how an image of another ratio of its sides is brought to size; stretch = each axis for itself, crop = scaled"
                        + " so that it covers the output, the middle is kept, pad = scaled so that it fits, the rest is black",
                "stretch",
                List.of("stretch", "crop", "pad"));
    }

    default String getResizeMode() {
        return getOrDefault(resizeMode());
    }

    default Param<String> interpolation() {
        return CheckedParams.ofChoice(
                this,
                "interpolation",
                "how pixels are made of pixels; area = the mean of the area when shrinking, else bilinear, bilinear ="
                        + " linear between the nearest four pixels, also when shrinking",
                "area",
                List.of("area", "bilinear"));
    }

    default String getInterpolation() {
        return getOrDefault(interpolation());
    }

    default Param<String> handleInvalid() {
        return CheckedParams.ofChoice(
                this,
                "handleInvalid",
                "what to do with a null or broken image; error = fail and name it, null = give null, skip = drop the row",
                ERROR,
                List.of(ERROR, NULL, SKIP));
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    default Param<String> originCol() {
        return CheckedParams.ofText(
                this,
                "originCol",
                "column that says where an image comes from, for messages; while it is not set, a column path is used if"
                        + " there is one (default: undefined)");
    }

    default String getOriginCol() {
        return getOrDefault(originCol());
    }

    default Param<String> baseDir() {
        return CheckedParams.ofText(
                this,
                "baseDir",
                "directory in which relative paths of inputCol begin, where that is a column of paths; empty = where the default"
                        + " file system has them begin (text; default empty)");
    }

    default String getBaseDir() {
        return getOrDefault(baseDir());
    }

    /** Called by the constructors. */
    static void setDefaults(ImageAssemblerParams stage) {
        stage.setDefault(stage.inputCol(), "content");
        stage.setDefault(stage.outputCol(), "image");
        stage.setDefault(stage.height(), 224);
        stage.setDefault(stage.width(), 224);
        stage.setDefault(stage.channels(), 3);
        stage.setDefault(stage.resizeMode(), "stretch");
        stage.setDefault(stage.interpolation(), "area");
        stage.setDefault(stage.handleInvalid(), ERROR);
        stage.setDefault(stage.baseDir(), "");
    }
}
