package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/** Runs a {@link TrainingAlgorithm} on the executors: shards, gang, coordinator, retry. */
public final class DistributedTrainer {

    private static final Logger LOG = LoggerFactory.getLogger(DistributedTrainer.class);

    private DistributedTrainer() {}

    /**
     * @param bytes rank 0's result in the algorithm's encoding
     * @param featureNames names of the table's columns
     * @param report course of the run
     */
    public record Result(byte[] bytes, List<String> featureNames, TrainingReport report) {}

    /**
     * Evaluates the DataFrame once, shards it, and trains. The listener is called on the calling thread.
     *
     * @throws org.sparkmlext.training.InvalidTrainingDataException if rows, labels or weights are at fault; the message
     *     names column, value and number of rows
     * @throws IllegalArgumentException if more workers are asked for than there are rows or slots, or if the memory does
     *     not suffice
     * @throws org.sparkmlext.training.TrainingCancelledException if the run was cancelled
     */
    public static Result train(
            Dataset<?> data,
            TableColumns columns,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener) {
        SparkContext context = data.sparkSession().sparkContext();
        if (!WorkerChoice.isLocal(context.master())) {
            throw new UnsupportedOperationException("cluster mode is not there yet");
        }
        PhaseClock clock = new PhaseClock();
        clock.enter("scan");
        JobWatch watch = new JobWatch();
        try (ScannedTable table = ScannedTable.scan(data, columns, watch)) {
            List<String> featureNames = columns.featureNames(table.counts().numFeatures());
            return trainLocally(context, table, featureNames, columns, algorithm, options, listener, clock, watch);
        }
    }

    private static Result trainLocally(
            SparkContext context,
            ScannedTable table,
            List<String> featureNames,
            TableColumns columns,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            TrainingListener listener,
            PhaseClock clock,
            JobWatch watch) {
        clock.enter("shard");
        WorkerChoice choice =
                WorkerChoice.local(context.master(), options, table.counts().trainingRows());
        ShardPlan plan = table.plan(choice.numWorkers());
        checkMemory(algorithm, plan, featureNames.size(), columns.weightCol() != null, choice);
        RunRecord record = new RunRecord(choice.numWorkers());
        try (LocalGang gang =
                new LocalGang(plan, table.fingerprints(), featureNames, choice, options.device(), record)) {
            watch.await(gang.start(table.elements(), algorithm), () -> record.tell(listener));
        }
        record.tell(listener);
        RuntimeException failure = record.failure();
        if (failure != null) {
            throw failure;
        }
        return finish(featureNames, choice, plan, record, 1, clock, listener);
    }

    private static void checkMemory(
            TrainingAlgorithm<?> algorithm, ShardPlan plan, int numFeatures, boolean hasWeights, WorkerChoice choice) {
        ShardShape shape = new ShardShape(
                plan.mostRows(), plan.mostValidationRows(), numFeatures, hasWeights, choice.threadsPerWorker());
        String text = MemoryCheck.require(
                algorithm.memoryPlan(shape),
                shape,
                choice.workersPerJvm(),
                Runtime.getRuntime().maxMemory(),
                "spark.driver.memory (or -Xmx)");
        LOG.info(
                "Training with {}; at most {} rows a worker. Memory:\n{}", choice.description(), plan.mostRows(), text);
    }

    private static Result finish(
            List<String> featureNames,
            WorkerChoice choice,
            ShardPlan plan,
            RunRecord record,
            int attempts,
            PhaseClock clock,
            TrainingListener listener) {
        byte[] bytes = record.result();
        if (bytes == null) {
            throw new IllegalStateException("the ranks ended without a result from rank 0 and without an error");
        }
        Long startNanos = record.startNanos();
        if (startNanos != null) {
            clock.enter("train", startNanos);
        }
        List<Long> rows = new ArrayList<>();
        for (int w = 0; w < choice.numWorkers(); w++) {
            rows.add(plan.rows(w));
        }
        TrainingReport report = new TrainingReport(
                choice.numWorkers(),
                choice.threadsPerWorker(),
                record.devices(),
                rows,
                record.reports(),
                attempts,
                clock.stop());
        RunRecord.tell(listener, l -> l.finished(report));
        return new Result(bytes, featureNames, report);
    }
}
