package org.sparkmlext.runtime;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * What a JVM that trains may use: the driver's in local mode, else an executor's.
 *
 * @param heapBytes its largest heap
 * @param setting what a user changes for a larger one
 * @param besideHeap a line on what its container is allowed beside the heap; empty where no container is watched
 */
record JvmRoom(long heapBytes, String setting, String besideHeap) {
    private static final long LEAST_OVERHEAD = 384;
    private static final double OVERHEAD_SHARE = 0.1;

    static JvmRoom of(SparkContext context) {
        boolean isLocal = WorkerChoice.isLocal(context.master());
        return of(context, isLocal ? Runtime.getRuntime().maxMemory() : (long) context.executorMemory() << 20);
    }

    /** The same with a heap of another size. */
    static JvmRoom of(SparkContext context, long heapBytes) {
        return WorkerChoice.isLocal(context.master())
                ? new JvmRoom(heapBytes, "spark.driver.memory (or -Xmx)", "")
                : new JvmRoom(
                        heapBytes,
                        "spark.executor.memory",
                        besideHeap(context.master(), context.conf(), context.executorMemory()));
    }

    /** YARN looks at what a container takes and kills it; on Kubernetes the kernel does. */
    static String besideHeap(String master, SparkConf conf, long executorMegabytes) {
        boolean isYarn = master.equals("yarn");
        if (!isYarn && !master.startsWith("k8s://")) {
            return "";
        }
        // As Spark reckons it: ResourceProfile.calculateOverHeadMemory.
        double share = conf.getDouble(
                "spark.executor.memoryOverheadFactor",
                isYarn ? OVERHEAD_SHARE : conf.getDouble("spark.kubernetes.memoryOverheadFactor", OVERHEAD_SHARE));
        long least = conf.getSizeAsMb("spark.executor.minMemoryOverhead", LEAST_OVERHEAD + "m");
        long usual = Math.max((long) (share * executorMegabytes), least);
        long overhead = conf.getSizeAsMb("spark.executor.memoryOverhead", usual + "m");
        return String.format(
                Locale.ROOT,
                "  beside the heap a container has %d MiB (spark.executor.memoryOverhead): what networks compute in and pages of"
                        + " mapped files count there, and a container that takes more is killed",
                overhead);
    }
}
