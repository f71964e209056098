package org.sparkmlext.runtime;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ExecutorResourceRequest;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.TaskResourceRequest;

/**
 * What Spark's dynamic allocation may give an application at most. Ranks run by the settings of every task there: executors of a
 * resource profile of their own would be started beside those that hold the data, and both would wait for the same cores.
 *
 * @param cores of an executor; empty where no setting says it and no executor is there to ask
 * @param taskCpus {@code spark.task.cpus}
 * @param mostByResources tasks that the other resources of an executor, such as GPUs, allow at once
 * @param minExecutors executors that are kept whatever there is to do
 * @param maxExecutors executors there can be; {@link Integer#MAX_VALUE} where no setting bounds them
 * @param ratio part of the executors that its tasks would fill which Spark asks for
 */
record ExecutorLimits(
        OptionalInt cores, int taskCpus, int mostByResources, int minExecutors, int maxExecutors, double ratio) {

    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*([0-9]+)\\s*,\\s*([0-9]+)\\s*,.*\\]");
    private static final String MIN = "spark.dynamicAllocation.minExecutors";
    private static final String MAX = "spark.dynamicAllocation.maxExecutors";
    private static final String RATIO = "spark.dynamicAllocation.executorAllocationRatio";

    /** Whether executors come and go with the tasks. */
    static boolean isDynamic(SparkConf conf) {
        return conf.getBoolean("spark.dynamicAllocation.enabled", false);
    }

    /**
     * Reads the settings, and asks the executors that are there for their cores where no setting says it.
     *
     * @param resource what each worker needs one of, as Spark calls it; empty for none
     * @throws IllegalArgumentException if a task may get a part of such a resource, or several
     */
    static ExecutorLimits of(SparkContext context, String resource) {
        return of(
                context.conf(),
                context.master(),
                mostByResources(context.resourceProfileManager().defaultResourceProfile(), resource),
                ExecutorCensus.cores(context).stream()
                        .mapToInt(Integer::intValue)
                        .max());
    }

    static ExecutorLimits of(SparkConf conf, String master, int mostByResources, OptionalInt registeredCores) {
        OptionalInt cores = registeredCores;
        int most = conf.getInt(MAX, Integer.MAX_VALUE);
        boolean isSet = conf.contains("spark.executor.cores");
        if (isSet) {
            cores = OptionalInt.of(conf.getInt("spark.executor.cores", 1));
        }
        Matcher local = LOCAL_CLUSTER.matcher(master);
        if (local.matches()) {
            int ofWorker = Integer.parseInt(local.group(2));
            // Without the setting an executor takes all cores of its worker.
            cores = isSet ? cores : OptionalInt.of(ofWorker);
            most = Math.min(most, Integer.parseInt(local.group(1)) * Math.max(1, ofWorker / cores.getAsInt()));
        }
        if (conf.contains("spark.cores.max") && cores.isPresent()) {
            most = Math.min(most, Math.max(1, conf.getInt("spark.cores.max", 1) / cores.getAsInt()));
        }
        return new ExecutorLimits(
                cores,
                conf.getInt("spark.task.cpus", 1),
                mostByResources,
                conf.getInt(MIN, 0),
                most,
                conf.getDouble(RATIO, 1));
    }

    private static int mostByResources(ResourceProfile profile, String resource) {
        Map<String, ExecutorResourceRequest> ofExecutor = profile.executorResourcesJMap();
        Map<String, TaskResourceRequest> ofTask = profile.taskResourcesJMap();
        ExecutorResourceRequest needed = ofExecutor.get(resource);
        TaskResourceRequest taken = ofTask.get(resource);
        if (needed != null && (taken == null || taken.amount() != 1)) {
            throw new IllegalArgumentException("a task gets " + (taken == null ? "none" : taken.amount()) + " of the "
                    + needed.amount() + " " + resource + "s of an executor, but a worker needs one: under dynamic"
                    + " allocation workers run by the settings of every task. Set spark.task.resource." + resource
                    + ".amount=1");
        }
        int most = Integer.MAX_VALUE;
        for (Map.Entry<String, TaskResourceRequest> task : ofTask.entrySet()) {
            ExecutorResourceRequest there = ofExecutor.get(task.getKey());
            // Cores are looked at by themselves: an executor's are not in here on every cluster.
            if (there != null && !task.getKey().equals(ResourceProfile.CPUS())) {
                most = (int) Math.min(most, there.amount() / task.getValue().amount());
            }
        }
        return most;
    }

    /** Tasks that an executor runs at once; 1 where its cores are not known. */
    int tasksPerExecutor() {
        return Math.max(1, Math.min(cores.orElse(taskCpus) / taskCpus, mostByResources));
    }

    /** Tasks that these executors run at once. */
    int slots(List<Integer> coresByExecutor) {
        return coresByExecutor.stream()
                .mapToInt(there -> Math.min(there / taskCpus, mostByResources))
                .sum();
    }

    /** Whether a setting bounds the number of executors. */
    boolean isBounded() {
        return maxExecutors < Integer.MAX_VALUE;
    }

    /** Tasks that can ever run at once; {@link Integer#MAX_VALUE} where nothing bounds them. */
    int mostSlots() {
        return isBounded()
                ? (int) Math.min(Integer.MAX_VALUE, (long) maxExecutors * tasksPerExecutor())
                : Integer.MAX_VALUE;
    }

    /** Whether Spark asks for enough executors when so many tasks wait, and may have them. */
    boolean canHave(int workers) {
        int perExecutor = tasksPerExecutor();
        long asked = (long) Math.ceil(workers * ratio / perExecutor);
        return workers <= mostSlots() && Math.max(asked, minExecutors) * perExecutor >= workers;
    }

    /**
     * Refuses workers that could only wait for each other.
     *
     * @throws IllegalArgumentException if there can never be so many slots; names the settings
     */
    void require(int workers) {
        if (workers > mostSlots()) {
            throw new IllegalArgumentException("numWorkers is " + workers
                    + " but dynamic allocation gives no more than " + mostSlots() + " tasks at once (" + settings()
                    + "); allowed here: 1 to " + mostSlots() + ", or 0 to let the runtime choose. Raise " + MAX
                    + " or spark.executor.cores, or lower numWorkers");
        }
        if (!canHave(workers)) {
            throw new IllegalArgumentException("numWorkers is " + workers + " but with " + RATIO + " = " + ratio
                    + " Spark never asks for as many executors as all of them need at once (" + settings() + "). Set "
                    + RATIO + "=1, or " + MIN + " to as many");
        }
    }

    /** The settings that decide, with what they are. */
    String settings() {
        return (isBounded()
                        ? "at most " + maxExecutors + (maxExecutors == 1 ? " executor" : " executors")
                        : MAX + " not set")
                + ", "
                + (cores.isPresent()
                        ? cores.getAsInt() + (cores.getAsInt() == 1 ? " core" : " cores") + " each"
                        : "cores unknown")
                + ", spark.task.cpus = " + taskCpus + (ratio == 1 ? "" : ", " + RATIO + " = " + ratio);
    }
}
