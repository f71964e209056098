package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.ml.stage.SeriesParams;

/** What all networks for sequences have. */
public interface LstmParams extends NetworkParams, SeriesParams {

    @Override
    default Param<String> network() {
        return CheckedParams.ofText(
                this,
                "network",
                "name of a preset (lstm, lstm-attention, gru, lstm-fcn) or the JSON of a network; without its last layer, which is "
                        + "added for the number of classes or outputs, or with it (text; default lstm)");
    }

    default Param<String> sequenceCol() {
        return CheckedParams.ofText(
                this,
                "sequenceCol",
                "column of sequences, an array of steps (arrays of numbers or vectors), or one array of numbers or vector with all "
                        + "steps; instead of featuresCol, which may be of the same types (text; default empty: featuresCol)");
    }

    default String getSequenceCol() {
        return getOrDefault(sequenceCol());
    }

    @Override
    default IntParam windowLength() {
        return CheckedParams.ofInt(
                this,
                "windowLength",
                "most steps of a sequence that are read, its last ones; 0 = as many as the longest training sequence has",
                ">= 0",
                0,
                v -> v >= 0);
    }

    @Override
    default Param<String> weightCol() {
        return CheckedParams.ofText(
                this,
                "weightCol",
                "column of row weights, finite and >= 0; where rows are events a window weighs what its last step does; every row "
                        + "weighs 1 if it is not set (default: undefined)");
    }

    default BooleanParam standardization() {
        return new BooleanParam(
                this,
                "standardization",
                "whether each feature, and each target of numbers, is learnt less its mean and divided by its deviation, both of the "
                        + "training rows and part of the model; predictions come back in the target's units. Off for token ids "
                        + "(true or false; default true)");
    }

    default boolean getStandardization() {
        return (boolean) getOrDefault(standardization());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(LstmParams stage) {
        NetworkParams.setDefaults(stage, "lstm");
        SeriesParams.setDefaults(stage);
        stage.setDefault(stage.sequenceCol(), "");
        stage.setDefault(stage.windowLength(), 0);
        stage.setDefault(stage.standardization(), true);
    }
}
