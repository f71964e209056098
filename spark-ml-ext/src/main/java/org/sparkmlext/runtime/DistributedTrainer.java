package org.sparkmlext.runtime;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Runs a {@link TrainingAlgorithm} on the executors: shards, gang, coordinator, retry. */
public final class DistributedTrainer {

    private DistributedTrainer() {}

    /**
     * @param bytes rank 0's result in the algorithm's encoding
     * @param featureNames names of the table's columns
     * @param report course of the run
     */
    public record Result(byte[] bytes, List<String> featureNames, TrainingReport report) {}

    /**
     * Evaluates the DataFrame once, shards it, and trains.
     *
     * @throws org.sparkmlext.training.InvalidTrainingDataException if rows, labels or weights are at fault; the message
     *     names column, value and number of rows
     * @throws IllegalArgumentException if more workers are asked for than there are rows or slots
     * @throws org.sparkmlext.training.TrainingCancelledException if the run was cancelled
     */
    public static Result train(
            Dataset<?> data,
            TableColumns columns,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener) {
        throw new UnsupportedOperationException("not there yet");
    }
}
