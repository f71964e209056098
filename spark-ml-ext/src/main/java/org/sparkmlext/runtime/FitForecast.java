package org.sparkmlext.runtime;

import org.apache.spark.SparkContext;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;

/** What a fit will need, told before there is any data: the plan that a fit makes once it has counted its rows. */
public final class FitForecast {

    private FitForecast() {}

    /**
     * The plan of a fit on dense features, a line a purpose, after the workers it will have.
     *
     * @param rows training rows
     * @param validationRows validation rows
     * @param features columns
     * @param numClasses classes where labels are classes, else 0
     * @throws IllegalArgumentException if it does not fit, or the cluster has not the slots; names the setting to change
     */
    public static String of(
            SparkContext context,
            TrainingAlgorithm<?> algorithm,
            RuntimeOptions options,
            long rows,
            long validationRows,
            int features,
            int numClasses) {
        boolean isLocal = WorkerChoice.isLocal(context.master());
        WorkerChoice choice = isLocal
                ? WorkerChoice.local(context.master(), options, rows)
                : onCluster(context, Backends.resource(options.device()), options, rows);
        long mostRows = ceil(rows, choice.numWorkers());
        if (mostRows > algorithm.maxRows()) {
            throw new IllegalArgumentException("a worker would get " + mostRows + " rows; it can hold "
                    + algorithm.maxRows() + ". Use more executors or a larger numWorkers");
        }
        long mostValidation = ceil(validationRows, choice.numWorkers());
        ShardShape shape = new ShardShape(
                mostRows,
                mostValidation,
                features,
                false,
                numClasses,
                choice.threadsPerWorker(),
                (mostRows + mostValidation) * features);
        StoragePlan plan = new MemoryCheck(algorithm::memoryPlan, shape, 0, choice.workersPerJvm(), JvmRoom.of(context))
                .choose(options.shardStorage());
        return choice.description() + "; at most " + mostRows + " rows a worker\n" + plan.text();
    }

    private static WorkerChoice onCluster(SparkContext context, String resource, RuntimeOptions options, long rows) {
        if (ExecutorLimits.isDynamic(context.conf())) {
            ExecutorLimits limits = ExecutorLimits.of(context, resource);
            return WorkerChoice.dynamic(
                    limits, options, rows, Integer.MAX_VALUE, limits.slots(ExecutorCensus.cores(context)));
        }
        ExecutorCensus census = ExecutorCensus.await(context, resource, Deadlines.of(context.conf()));
        return WorkerChoice.cluster(census, context.conf().getInt("spark.task.cpus", 1), options, rows);
    }

    private static long ceil(long rows, int workers) {
        return (rows + workers - 1) / workers;
    }
}
