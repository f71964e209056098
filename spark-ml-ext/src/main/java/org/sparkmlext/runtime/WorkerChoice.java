package org.sparkmlext.runtime;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many ranks, and how wide.
 *
 * @param numWorkers ranks
 * @param threadsPerWorker CPU threads of each
 * @param cpusPerTask what a rank's task asks Spark for; 0 in local mode, where one task hosts all ranks
 * @param workersPerJvm ranks that share a heap
 * @param description one line for logs and listeners
 */
record WorkerChoice(int numWorkers, int threadsPerWorker, int cpusPerTask, int workersPerJvm, String description) {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerChoice.class);
    private static final Pattern LOCAL_CORES = Pattern.compile("local\\[\\s*([0-9]+|\\*)\\s*(,.*)?\\]");

    static boolean isLocal(String master) {
        return master.equals("local") || master.startsWith("local[");
    }

    /** Local mode: one worker with all threads unless more are asked for; ranks are threads, cores are no limit. */
    static WorkerChoice local(String master, RuntimeOptions options, long trainingRows) {
        requireRows(options.numWorkers(), trainingRows);
        int workers = Math.max(1, options.numWorkers());
        int cores = localCores(master);
        int threads = options.numThreads() > 0 ? options.numThreads() : Math.max(1, cores / workers);
        String text = workers + (workers == 1 ? " worker" : " workers") + " x " + threads
                + (threads == 1 ? " thread" : " threads") + " in this JVM (" + master + ")";
        return new WorkerChoice(workers, threads, 0, workers, text);
    }

    /**
     * Cluster mode: one worker an executor with all its cores, or one for each of its devices where workers need them, unless a
     * number is asked for; then the cores of an executor are shared among its workers.
     *
     * @param taskCpus {@code spark.task.cpus}
     */
    static WorkerChoice cluster(ExecutorCensus census, int taskCpus, RuntimeOptions options, long trainingRows) {
        int executors = census.numExecutors();
        requireRows(options.numWorkers(), trainingRows);
        int workers = options.numWorkers();
        if (workers == 0) {
            // An executor of fewer cores than a task takes gives no slot.
            int usable = census.numExecutorsFor(taskCpus);
            int most = census.devicesPerExecutor() == 0 ? usable : census.slots(taskCpus);
            workers = (int) Math.max(1, Math.min(most, trainingRows));
            if (workers < executors) {
                LOG.info(
                        "{} workers instead of one for each of {} executors: {} have the {} cores of a task, and there are {}"
                                + " training rows",
                        workers,
                        executors,
                        usable,
                        taskCpus,
                        trainingRows);
            }
        }
        int perExecutor = (workers + executors - 1) / executors;
        int cpus = Math.max(taskCpus, census.fewestCores() / perExecutor);
        if (census.slots(cpus) < workers) {
            // Executors of different sizes: the smallest may not hold its share of the workers.
            cpus = taskCpus;
        }
        int slots = census.slots(cpus);
        if (slots < workers) {
            throw new IllegalArgumentException("numWorkers is " + workers + " but the cluster runs only " + slots
                    + " tasks at once: " + executors + " executors with " + census.coresByExecutor()
                    + " cores" + devices(census) + " at spark.task.cpus = " + taskCpus + "; allowed here: 1 to " + slots
                    + ", or 0 to let the runtime choose. More executors (spark.executor.instances, spark.cores.max) or"
                    + " cores (spark.executor.cores) allow more");
        }
        int threads = options.numThreads() > 0 ? options.numThreads() : cpus;
        String text = workers + (workers == 1 ? " worker" : " workers") + " x " + threads
                + (threads == 1 ? " thread" : " threads") + " on " + executors + " executors" + devices(census);
        return new WorkerChoice(workers, threads, cpus, perExecutor, text);
    }

    /**
     * Under dynamic allocation, where a worker takes what every task takes: as many as are asked for; by default one a partition of the
     * data, for which Spark starts executors anyway, as far as there are slots.
     *
     * @param partitions of the data; {@link Integer#MAX_VALUE} where they are not known
     * @param slotsNow tasks that the executors there are now can run at once: the bound where no setting gives one
     */
    static WorkerChoice dynamic(
            ExecutorLimits limits, RuntimeOptions options, long trainingRows, int partitions, int slotsNow) {
        requireRows(options.numWorkers(), trainingRows);
        int workers = options.numWorkers();
        if (workers == 0) {
            int slots = limits.isBounded() ? limits.mostSlots() : Math.max(1, slotsNow);
            workers = (int) Math.max(1, Math.min(Math.min(slots, partitions), trainingRows));
            while (workers > 1 && !limits.canHave(workers)) {
                workers--;
            }
            LOG.info(
                    "{} workers under dynamic allocation: {} slots{} ({}), {} partitions, {} training rows; numWorkers asks for"
                            + " another number",
                    workers,
                    slots,
                    limits.isBounded() ? "" : " now, which another time may be more or fewer",
                    limits.settings(),
                    partitions,
                    trainingRows);
        }
        limits.require(workers);
        int cpus = limits.taskCpus();
        int threads = options.numThreads() > 0 ? options.numThreads() : cpus;
        String text = workers + (workers == 1 ? " worker" : " workers") + " x " + threads
                + (threads == 1 ? " thread" : " threads") + " under dynamic allocation";
        return new WorkerChoice(workers, threads, cpus, Math.min(workers, limits.tasksPerExecutor()), text);
    }

    private static String devices(ExecutorCensus census) {
        return census.devicesPerExecutor() == 0 ? "" : " with " + census.devicesPerExecutor() + " GPUs each";
    }

    /** Refuses more workers than rows. */
    static void requireRows(int numWorkers, long trainingRows) {
        if (numWorkers > trainingRows) {
            throw new IllegalArgumentException("numWorkers is " + numWorkers + " but the data set has only "
                    + trainingRows + " training rows; allowed here: 1 to " + trainingRows
                    + ", or 0 to let the runtime choose");
        }
    }

    static int localCores(String master) {
        Matcher matcher = LOCAL_CORES.matcher(master);
        if (!matcher.matches()) {
            return 1;
        }
        String cores = matcher.group(1);
        return cores.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(cores);
    }
}
