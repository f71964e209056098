package org.sparkmlext.ml.neural;

import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.sparkmlext.ml.stage.CheckedParams;
import org.sparkmlext.ml.stage.ColumnParams;
import org.sparkmlext.ml.stage.TrainingParams;
import org.sparkmlext.runtime.CheckpointOptions;
import org.sparkmlext.runtime.RuntimeOptions;

/** What all stages that train networks have. */
public interface NetworkParams extends ColumnParams, TrainingParams {

    /** A preset by name or the JSON of a network; its doc names the presets. */
    Param<String> network();

    default String getNetwork() {
        return getOrDefault(network());
    }

    default IntParam batchSize() {
        return CheckedParams.ofInt(
                this, "batchSize", "rows of an update, over all workers together", ">= 1", 128, v -> v >= 1);
    }

    default int getBatchSize() {
        return (int) getOrDefault(batchSize());
    }

    default IntParam maxEpochs() {
        return CheckedParams.ofInt(this, "maxEpochs", "most passes over the training rows", ">= 1", 10, v -> v >= 1);
    }

    default int getMaxEpochs() {
        return (int) getOrDefault(maxEpochs());
    }

    default DoubleParam learningRate() {
        return CheckedParams.ofDouble(
                this,
                "learningRate",
                "how far an update goes, before the schedule changes it",
                "> 0",
                0.001,
                v -> v > 0 && Double.isFinite(v));
    }

    default double getLearningRate() {
        return (double) getOrDefault(learningRate());
    }

    default Param<String> optimizer() {
        return CheckedParams.ofChoice(
                this,
                "optimizer",
                "how gradients move parameters; adamw takes weightDecay apart from the gradient, the others add it to it",
                "adam",
                List.of("adam", "adamw", "sgd", "rmsprop"));
    }

    default String getOptimizer() {
        return getOrDefault(optimizer());
    }

    default DoubleParam momentum() {
        return CheckedParams.ofDouble(
                this,
                "momentum",
                "momentum of optimizer sgd; others pay no attention",
                "0 <= value < 1",
                0.9,
                v -> v >= 0 && v < 1);
    }

    default double getMomentum() {
        return (double) getOrDefault(momentum());
    }

    default DoubleParam weightDecay() {
        return CheckedParams.ofDouble(
                this,
                "weightDecay",
                "how much parameters shrink at each update, times the learning rate",
                ">= 0",
                0.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getWeightDecay() {
        return (double) getOrDefault(weightDecay());
    }

    default Param<String> schedule() {
        return CheckedParams.ofText(
                this,
                "schedule",
                "how the learning rate changes: constant, step:30:0.1, exponential:0.95, cosine, one-cycle, plateau:0.1:10; "
                        + "warm-up:2+ may go before (text; default constant)");
    }

    default String getSchedule() {
        return getOrDefault(schedule());
    }

    default Param<String> precision() {
        return CheckedParams.ofChoice(
                this,
                "precision",
                "in what layers compute; parameters, sums and losses are float32 in both. bfloat16 needs a device that has it",
                "float32",
                List.of("float32", "bfloat16"));
    }

    default String getPrecision() {
        return getOrDefault(precision());
    }

    default DoubleParam clipNorm() {
        return CheckedParams.ofDouble(
                this,
                "clipNorm",
                "bound of the norm of the whole gradient, which is scaled down to it; 0 = none",
                ">= 0",
                0.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getClipNorm() {
        return (double) getOrDefault(clipNorm());
    }

    default DoubleParam clipValue() {
        return CheckedParams.ofDouble(
                this,
                "clipValue",
                "bound of each element of the gradient, applied before clipNorm; 0 = none",
                ">= 0",
                0.0,
                v -> v >= 0 && Double.isFinite(v));
    }

    default double getClipValue() {
        return (double) getOrDefault(clipValue());
    }

    default Param<String> validationMetric() {
        return CheckedParams.ofChoice(
                this,
                "validationMetric",
                "which metric, of the validation rows where there are any, says which epoch is the best",
                "loss",
                List.of("loss", "accuracy"));
    }

    default String getValidationMetric() {
        return getOrDefault(validationMetric());
    }

    default IntParam earlyStoppingRounds() {
        return CheckedParams.ofInt(
                this,
                "earlyStoppingRounds",
                "training stops after so many epochs without a better validationMetric, and the model is that of the best "
                        + "epoch; 0 = never, and the model is that of the last one. Needs validationIndicatorCol",
                ">= 0",
                0,
                v -> v >= 0);
    }

    default int getEarlyStoppingRounds() {
        return (int) getOrDefault(earlyStoppingRounds());
    }

    default Param<String> freezeUntil() {
        return CheckedParams.ofText(
                this,
                "freezeUntil",
                "name of the layer up to which, itself included, nothing is trained; empty = everything is (text; default empty)");
    }

    default String getFreezeUntil() {
        return getOrDefault(freezeUntil());
    }

    default Param<String> initialModel() {
        return CheckedParams.ofText(
                this,
                "initialModel",
                "directory of a saved model whose numbers training starts from, where layer names and shapes agree; empty = "
                        + "random numbers (text; default empty)");
    }

    default String getInitialModel() {
        return getOrDefault(initialModel());
    }

    default Param<String> checkpointDir() {
        return CheckedParams.ofText(
                this,
                "checkpointDir",
                "directory, on any Hadoop file system, for the state after an epoch and the best model so far; the same fit, "
                        + "begun again, goes on from there. One fit, one directory; empty = none (text; default empty)");
    }

    default String getCheckpointDir() {
        return getOrDefault(checkpointDir());
    }

    default IntParam checkpointInterval() {
        return CheckedParams.ofInt(
                this,
                "checkpointInterval",
                "epochs from one state in checkpointDir to the next; the last epoch's is written in any case",
                ">= 1",
                1,
                v -> v >= 1);
    }

    default int getCheckpointInterval() {
        return (int) getOrDefault(checkpointInterval());
    }

    default Param<String> embeddingsCol() {
        return CheckedParams.ofText(
                this,
                "embeddingsCol",
                "output column: vector of what embeddingsLayer gives, images channel by channel, sequences step by step; empty = none "
                        + "(text; default empty)");
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

    @Override
    default RuntimeOptions runtimeOptions() {
        return TrainingParams.super
                .runtimeOptions()
                .with(new CheckpointOptions(
                        getCheckpointDir(), getCheckpointInterval(), CheckpointOptions.NONE.bestModel()));
    }

    /**
     * Called by the constructors of estimator and model.
     *
     * @param network the preset
     */
    static void setDefaults(NetworkParams stage, String network) {
        stage.setDefault(stage.network(), network);
        stage.setDefault(stage.batchSize(), 128);
        stage.setDefault(stage.maxEpochs(), 10);
        stage.setDefault(stage.learningRate(), 0.001);
        stage.setDefault(stage.optimizer(), "adam");
        stage.setDefault(stage.momentum(), 0.9);
        stage.setDefault(stage.weightDecay(), 0.0);
        stage.setDefault(stage.schedule(), "constant");
        stage.setDefault(stage.precision(), "float32");
        stage.setDefault(stage.clipNorm(), 0.0);
        stage.setDefault(stage.clipValue(), 0.0);
        stage.setDefault(stage.validationMetric(), "loss");
        stage.setDefault(stage.earlyStoppingRounds(), 0);
        stage.setDefault(stage.freezeUntil(), "");
        stage.setDefault(stage.initialModel(), "");
        stage.setDefault(stage.checkpointDir(), "");
        stage.setDefault(stage.checkpointInterval(), 1);
        stage.setDefault(stage.embeddingsCol(), "");
        stage.setDefault(stage.embeddingsLayer(), "");
    }
}
