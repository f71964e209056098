package org.sparkmlext.ml.feature;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.ml.stage.SeriesParams;

/** How events become windows; see {@link SequenceAssembler}. */
public interface SequenceAssemblerParams extends SeriesParams {

    String NONE = "none";
    String STANDARD = "standard";
    String MINMAX = "minmax";
    String END = "end";

    default StringArrayParam inputCols() {
        return CheckedParams.ofColumns(
                this,
                "inputCols",
                "numeric, decimal or boolean columns, the features of a step in this order (default: undefined)");
    }

    default String[] getInputCols() {
        return getOrDefault(inputCols());
    }

    default StringArrayParam lagCols() {
        return CheckedParams.ofColumns(
                this,
                "lagCols",
                "numeric, decimal or boolean columns whose values some steps earlier, by lags, are further features of a step;"
                        + " may be targets too (default: undefined)");
    }

    default String[] getLagCols() {
        return getOrDefault(lagCols());
    }

    default IntArrayParam lags() {
        return CheckedParams.ofInts(
                this,
                "lags",
                "how many steps earlier each of lagCols is read; windows begin where the largest has passed",
                "whole numbers from 1 on, each once",
                "[]",
                values -> Arrays.stream(values).allMatch(v -> v >= 1 && v <= 1_000_000)
                        && Arrays.stream(values).distinct().count() == values.length);
    }

    default int[] getLags() {
        return (int[]) getOrDefault(lags());
    }

    default Param<String> scaling() {
        return CheckedParams.ofChoice(
                this,
                "scaling",
                "how features are brought to one size, by statistics of the training part alone; standard = less the mean,"
                        + " over the standard deviation, minmax = from 0 to 1. Targets stay in the units of their columns",
                NONE,
                List.of(NONE, STANDARD, MINMAX));
    }

    default String getScaling() {
        return getOrDefault(scaling());
    }

    default Param<String> padding() {
        return CheckedParams.ofChoice(
                this,
                "padding",
                "what is behind the end of a window of a short series; none = nothing, its array has fewer steps, which the LSTM"
                        + " estimators take, end = zeros up to windowLength",
                NONE,
                List.of(NONE, END));
    }

    default String getPadding() {
        return getOrDefault(padding());
    }

    default Param<String> validationIndicatorCol() {
        return CheckedParams.ofText(
                this,
                "validationIndicatorCol",
                "boolean column that is true for events to validate on; a window trains if no step of it or its targets is"
                        + " such, validates if all its targets are, and is left out otherwise; a column of this name says which"
                        + " (default: undefined)");
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    default Param<String> validationStart() {
        return cut("validationStart", "validation", "training");
    }

    default String getValidationStart() {
        return getOrDefault(validationStart());
    }

    default Param<String> testStart() {
        return cut("testStart", "test", "training and validation");
    }

    default String getTestStart() {
        return getOrDefault(testStart());
    }

    private Param<String> cut(String name, String part, String before) {
        return CheckedParams.ofText(
                this,
                name,
                "time at which the " + part
                        + " part begins, as times of timeCol are written (in the session's time zone where no"
                        + " offset is given): what is before is for " + before
                        + ". Windows belong where all their targets lie;"
                        + " those whose targets lie on both sides are left out; empty = no such part (text; default empty)");
    }

    default Param<String> sequenceCol() {
        return CheckedParams.ofText(
                this,
                "sequenceCol",
                "output column: array of windowLength steps, each an array of float, and of fewer where a series is short; its metadata carries the size and the"
                        + " names of the features (text; default sequence)");
    }

    default String getSequenceCol() {
        return getOrDefault(sequenceCol());
    }

    default Param<String> lengthCol() {
        return CheckedParams.ofText(
                this,
                "lengthCol",
                "output column: int, steps of the window without its padding (text; default length)");
    }

    default String getLengthCol() {
        return getOrDefault(lengthCol());
    }

    default Param<String> labelCol() {
        return CheckedParams.ofText(
                this,
                "labelCol",
                "output column where targetCols are set: array of float, the targets step after step (text; default label)");
    }

    default String getLabelCol() {
        return getOrDefault(labelCol());
    }

    default Param<String> partCol() {
        return CheckedParams.ofText(
                this,
                "partCol",
                "output column where validationStart or testStart is set: training, validation or test (text; default part)");
    }

    default String getPartCol() {
        return getOrDefault(partCol());
    }

    default Param<String> filledCol() {
        return CheckedParams.ofText(
                this,
                "filledCol",
                "output column: array of boolean, a step each, true where gaps fill put it in; empty = none (text; default"
                        + " empty)");
    }

    default String getFilledCol() {
        return getOrDefault(filledCol());
    }

    default Param<String> handleInvalid() {
        return CheckedParams.ofChoice(
                this,
                "handleInvalid",
                "what to do with an event that lacks its entity or time, or holds a null, NaN or infinite value; error = fail"
                        + " and name it, skip = leave it out",
                ERROR,
                List.of(ERROR, SKIP));
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    /** Called by the constructors. */
    static void setDefaults(SequenceAssemblerParams stage) {
        SeriesParams.setDefaults(stage);
        stage.setDefault(stage.lags(), new int[0]);
        stage.setDefault(stage.scaling(), NONE);
        stage.setDefault(stage.padding(), NONE);
        stage.setDefault(stage.validationStart(), "");
        stage.setDefault(stage.testStart(), "");
        stage.setDefault(stage.sequenceCol(), "sequence");
        stage.setDefault(stage.lengthCol(), "length");
        stage.setDefault(stage.labelCol(), "label");
        stage.setDefault(stage.partCol(), "part");
        stage.setDefault(stage.filledCol(), "");
        stage.setDefault(stage.handleInvalid(), ERROR);
    }
}
