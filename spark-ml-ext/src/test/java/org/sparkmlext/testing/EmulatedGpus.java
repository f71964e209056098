package org.sparkmlext.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.runtime.GivenDevice;

/**
 * Clusters of one host with GPUs, given to executors by Spark's scheduling of resources, where CUDA's driver is one for the CPU. The host has
 * three: the first is too old for the kernels, the other two are given.
 */
public final class EmulatedGpus {

    /** What the executors are given. */
    public static final List<Integer> GIVEN = List.of(1, 2);

    private static final String DEVICES = "5.2:4096,9.0:4096,8.6:3072";
    /** Long enough that each of two tasks has an executor to itself. */
    private static final long STAY_MILLIS = 1500;

    private EmulatedGpus() {}

    /** Who is given which. */
    public enum Shares {
        /** Two executors with one each. */
        ONE_EACH("local-cluster[2,1,1024]", 1),
        /** One executor with both. */
        BOTH("local-cluster[1,2,1024]", 2),
        /** Two executors with the same: worker processes that know nothing of each other. */
        THE_SAME("local-cluster[2,1,1024]", 1);

        private final String master;
        private final int perExecutor;

        Shares(String master, int perExecutor) {
            this.master = master;
            this.perExecutor = perExecutor;
        }

        private String script(Path folder) {
            return switch (this) {
                // Both worker processes ask: the first gets the one GPU, the other the other.
                case ONE_EACH ->
                    "if mkdir '" + folder.resolve("first-is-given") + "' 2> /dev/null; then "
                            + addresses(GIVEN.subList(0, 1)) + "; else " + addresses(GIVEN.subList(1, 2)) + "; fi";
                case BOTH -> addresses(GIVEN);
                case THE_SAME -> addresses(GIVEN.subList(0, 1));
            };
        }

        private static String addresses(List<Integer> gpus) {
            String list = gpus.stream().map(gpu -> "\\\"" + gpu + "\\\"").collect(Collectors.joining(", "));
            return "echo \"{\\\"name\\\": \\\"gpu\\\", \\\"addresses\\\": [" + list + "]}\"";
        }
    }

    /**
     * Compiles driver and kernels.
     *
     * @param folder for the script that finds GPUs
     * @param files of kernels that the executors need
     */
    public static SparkSession.Builder cluster(Shares shares, Path folder, List<String> files) throws IOException {
        SparkHome.prepare();
        SparkSession.Builder builder = SparkSession.builder()
                .master(shares.master)
                .appName("emulated GPUs")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.memory", "700m")
                .config("spark.executor.extraClassPath", SparkHome.ownClassPath())
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.locality.wait", "500ms")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.worker.resource.gpu.amount", shares.perExecutor)
                .config("spark.worker.resource.gpu.discoveryScript", script(shares, folder))
                .config("spark.executor.resource.gpu.amount", shares.perExecutor)
                .config("spark.task.resource.gpu.amount", 1)
                .config("spark.executorEnv.CUDA_CPU_DEVICES", DEVICES);
        CudaDriver.environment(files).forEach((name, value) -> builder.config("spark.executorEnv." + name, value));
        return builder;
    }

    private static String script(Shares shares, Path folder) throws IOException {
        Path script = Files.writeString(folder.resolve("discovery.sh"), "#!/bin/sh\n" + shares.script(folder) + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script.toString();
    }

    /** Has calls of the driver in the executor of a GPU fail, see {@link CudaDriver.Controls#cuda_cpu_fail}. */
    public static void fail(SparkSession spark, int gpu, String call, int code, int after, int times) {
        onEach(spark, own -> {
            if (own == gpu) {
                CudaDriver.controls().cuda_cpu_fail(call, code, after, times);
            }
            return 0L;
        });
    }

    /** How many failures are still to come, by executor in the order of {@link #GIVEN}. */
    public static List<Long> failuresLeft(SparkSession spark, String call) {
        return onEach(spark, own -> (long) CudaDriver.controls().cuda_cpu_failures_left(call));
    }

    /** The executors' processes in the order of {@link #GIVEN}. */
    public static List<Long> processes(SparkSession spark) {
        return onEach(spark, own -> ProcessHandle.current().pid());
    }

    /** Runs something in each executor, given its GPU. */
    private static List<Long> onEach(SparkSession spark, Function<Integer, Long> body) {
        List<List<Long>> results = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(GIVEN, GIVEN.size())
                .map(partition -> {
                    Thread.sleep(STAY_MILLIS);
                    int own = GivenDevice.ordinal(TaskContext.get(), "cuda");
                    return List.of((long) own, body.call(own));
                })
                .collect();
        return results.stream()
                .sorted(Comparator.comparing(result -> result.get(0)))
                .map(result -> result.get(1))
                .toList();
    }
}
