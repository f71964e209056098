package org.sparkmlext.ml.neural;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.StoredStage;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.NetworkOptions;
import org.sparkmlext.net.NetworkSettings;

/** What Params say of a network and its training. */
record NetworkPlan(NetworkParams stage) {

    /**
     * Checks Params against each other.
     *
     * @throws IllegalArgumentException if they contradict each other; the message says how
     */
    void checkParams() {
        if (stage.getEarlyStoppingRounds() > 0 && !stage.isSet(stage.validationIndicatorCol())) {
            throw new IllegalArgumentException(
                    "earlyStoppingRounds is " + stage.getEarlyStoppingRounds()
                            + ", but validationIndicatorCol is not set; set it to a boolean column that is true for validation rows");
        }
    }

    /** Outputs of a network that has its last layer already; -1 where the data decides. */
    int numOutputs() {
        if (isPreset()) {
            return -1;
        }
        Architecture network = Architecture.fromJson(stage.getNetwork());
        return network.hasHead() ? network.numOutputs() : -1;
    }

    /**
     * Finds faults of settings that need no data.
     *
     * @throws IllegalArgumentException if an augmentation does not fit the network, or it lacks a layer that a Param names
     */
    void check(NetworkSettings settings, Architecture network) {
        settings.augmenter(network);
        if (!stage.getFreezeUntil().isEmpty()) {
            network.shape(stage.getFreezeUntil());
        }
        if (!stage.getEmbeddingsLayer().isEmpty()) {
            (network.hasHead() ? network : network.withOutputs(1)).shape(stage.getEmbeddingsLayer());
        }
    }

    /** Bytes of the model that training starts from; empty where it starts from random numbers. */
    byte[] initialModel(SparkSession session) {
        if (stage.getInitialModel().isEmpty()) {
            return new byte[0];
        }
        try {
            StoredStage stored = StoredStage.open(
                    session,
                    stage.getInitialModel(),
                    List.of(
                            CnnClassificationModel.class,
                            CnnRegressionModel.class,
                            LstmClassificationModel.class,
                            LstmRegressionModel.class),
                    NetworkModelFiles.FORMAT_VERSION);
            return NetworkModelFiles.network(stored).bytes();
        } catch (IOException e) {
            throw new UncheckedIOException("initialModel: " + e.getMessage(), e);
        }
    }

    /**
     * The schema with the column of embeddings, if one is wanted, as the last.
     *
     * @param length of the vectors; -1 where it is not known yet
     * @throws IllegalArgumentException if there is a column of that name
     */
    static StructType withEmbeddings(NetworkParams stage, StructType schema, int length) {
        return stage.getEmbeddingsCol().isEmpty()
                ? schema
                : FeatureColumns.append(schema, ScoredColumn.vectorField(stage.getEmbeddingsCol(), length));
    }

    /** Whether {@code network} is the name of a preset, not JSON. */
    boolean isPreset() {
        return !stage.getNetwork().strip().startsWith("{");
    }

    /** How it is trained, as the Params say. */
    NetworkOptions options() {
        return new NetworkOptions(
                stage.getOptimizer(),
                stage.getMomentum(),
                stage.getWeightDecay(),
                stage.getLearningRate(),
                stage.getSchedule(),
                stage.getBatchSize(),
                stage.getMaxEpochs(),
                stage.getPrecision(),
                stage.getClipValue(),
                stage.getClipNorm(),
                stage.getValidationMetric(),
                stage.getEarlyStoppingRounds(),
                stage.getFreezeUntil());
    }
}
