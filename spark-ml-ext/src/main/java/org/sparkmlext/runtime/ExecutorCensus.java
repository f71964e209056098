package org.sparkmlext.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ExecutorResourceRequest;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.TrainingCancelledException;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The executors of an application, once their number is stable: they come one by one after the start, and whoever chooses
 * too early chooses too few.
 *
 * @param coresByExecutor cores of each executor
 * @param devicesPerExecutor devices that workers need one each of, which Spark gives to tasks; 0 where they need none, or Spark
 *     knows of none
 */
record ExecutorCensus(List<Integer> coresByExecutor, int devicesPerExecutor) {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorCensus.class);
    private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*([0-9]+)\\s*,.*");
    private static final Duration STABLE = Duration.ofSeconds(2);

    /**
     * Waits until the expected number is there, or, where it is not known or does not come within
     * {@code spark.scheduler.maxRegisteredResourcesWaitingTime}, until no more have come for a while.
     *
     * @param resource what each worker needs one of, as Spark calls it; empty for none
     * @throws IllegalStateException if there is no executor within the deadline
     */
    static ExecutorCensus await(SparkContext context, String resource, Deadlines deadlines) {
        SparkConf conf = context.conf();
        int devices = devices(context, resource);
        OptionalInt expected = expected(context.master(), conf);
        long patience = TimeUnit.SECONDS.toNanos(
                conf.getTimeAsSeconds("spark.scheduler.maxRegisteredResourcesWaitingTime", "30s"));
        long start = System.nanoTime();
        long since = start;
        int known = 0;
        while (true) {
            List<Integer> cores = cores(context);
            long now = System.nanoTime();
            if (cores.size() != known) {
                known = cores.size();
                since = now;
            }
            boolean isStable = known > 0 && now - since > STABLE.toNanos();
            if (known > 0 && expected.isPresent() && known >= expected.getAsInt()) {
                return new ExecutorCensus(cores, devices);
            }
            if (isStable && (expected.isEmpty() || now - start > patience)) {
                if (expected.isPresent()) {
                    LOG.warn(
                            "Only {} of {} executors have registered; training goes on with these",
                            known,
                            expected.getAsInt());
                }
                return new ExecutorCensus(cores, devices);
            }
            if (known == 0 && now - start > deadlines.executors().toNanos()) {
                throw none(deadlines);
            }
            nap();
        }
    }

    /**
     * Looks for the first executor while something else is waited for, where executors come with the tasks that need them. Time counts from
     * the first look.
     *
     * @throws IllegalStateException if none has come within the deadline
     */
    static JobWatch.Chore firstWithin(SparkContext context, Deadlines deadlines) {
        AtomicLong start = new AtomicLong();
        AtomicBoolean isThere = new AtomicBoolean();
        return () -> {
            long now = System.nanoTime();
            start.compareAndSet(0, now);
            if (!isThere.get() && now - start.get() > deadlines.executors().toNanos()) {
                isThere.set(!cores(context).isEmpty());
                if (!isThere.get()) {
                    throw none(deadlines);
                }
            }
        };
    }

    private static IllegalStateException none(Deadlines deadlines) {
        return new IllegalStateException("no executor has registered within "
                + deadlines.executors().toSeconds()
                + " s (spark.sparkmlext.executorsTimeout); look whether the cluster has room for one with"
                + " spark.executor.memory and spark.executor.cores as they are set");
    }

    private static void nap() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("training was cancelled: the calling thread was interrupted");
        }
    }

    /** What every executor was started with: without dynamic allocation there is one profile of executors. */
    private static int devices(SparkContext context, String resource) {
        ExecutorResourceRequest request = context.resourceProfileManager()
                .defaultResourceProfile()
                .executorResourcesJMap()
                .get(resource);
        return request == null ? 0 : (int) request.amount();
    }

    /** Cores of each executor that is there now. */
    static List<Integer> cores(SparkContext context) {
        List<Integer> cores = new ArrayList<>();
        for (ExecutorSummary executor :
                CollectionConverters.asJava(context.statusStore().executorList(true))) {
            if (!executor.id().equals("driver")) {
                cores.add(executor.totalCores());
            }
        }
        return cores;
    }

    static OptionalInt expected(String master, SparkConf conf) {
        Matcher localCluster = LOCAL_CLUSTER.matcher(master);
        if (localCluster.matches()) {
            return OptionalInt.of(Integer.parseInt(localCluster.group(1)));
        }
        if (conf.contains("spark.executor.instances") || master.equals("yarn") || master.startsWith("k8s://")) {
            // What these two start where the setting is absent.
            return OptionalInt.of(conf.getInt("spark.executor.instances", 2));
        }
        if (conf.contains("spark.cores.max") && conf.contains("spark.executor.cores")) {
            return OptionalInt.of(
                    Math.max(1, conf.getInt("spark.cores.max", 0) / conf.getInt("spark.executor.cores", 1)));
        }
        return OptionalInt.empty();
    }

    int numExecutors() {
        return coresByExecutor.size();
    }

    /** Workers that can run at once if each takes this many cores, and a device where they need one. */
    int slots(int cpusPerTask) {
        int most = devicesPerExecutor == 0 ? Integer.MAX_VALUE : devicesPerExecutor;
        return coresByExecutor.stream()
                .mapToInt(cores -> Math.min(cores / cpusPerTask, most))
                .sum();
    }

    /** Executors that have room for at least one task. */
    int numExecutorsFor(int cpusPerTask) {
        return (int)
                coresByExecutor.stream().filter(cores -> cores >= cpusPerTask).count();
    }

    int fewestCores() {
        return coresByExecutor.stream().mapToInt(Integer::intValue).min().orElse(1);
    }
}
