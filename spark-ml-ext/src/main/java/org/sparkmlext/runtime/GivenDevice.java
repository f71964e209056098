package org.sparkmlext.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backends;

/**
 * The device that a task has to itself: a worker that trains, or one that scores.
 *
 * @param resource what Spark calls it; empty where the worker needs nothing but cores
 * @param address which of its host, as Spark says; the first where Spark knows of none; {@link #UNKNOWN} where the executor has some and
 *     its tasks are not told which
 * @param isAssigned whether Spark gave it
 */
public record GivenDevice(String resource, String address, boolean isAssigned) {

    static final String UNKNOWN = "unknown";

    /** Resources of devices that were asked for: whoever scores row by row asks for each row. */
    private static final Map<String, String> RESOURCES = new ConcurrentHashMap<>();

    /**
     * The number of a task's device, counted from 0, as the device's driver counts.
     *
     * @param context of the task; null outside of one, where it is the first
     * @param device {@code auto} or the name of a back end
     * @throws IllegalArgumentException if Spark's address of it is no number, or Spark gave the executor devices and the task none
     */
    public static int ordinal(@Nullable TaskContext context, String device) {
        return context == null ? 0 : of(context, device).ordinal();
    }

    /** @param device {@code auto} or the name of a back end */
    static GivenDevice of(TaskContext context, String device) {
        String resource = RESOURCES.computeIfAbsent(device, Backends::resource);
        @Nullable ResourceInformation given = context.resourcesJMap().get(resource);
        if (given == null || given.addresses().length == 0) {
            return new GivenDevice(resource, isOfExecutor(resource) ? UNKNOWN : "0", false);
        }
        return new GivenDevice(resource, given.addresses()[0], true);
    }

    /** Whether Spark gave this executor, which is not that of local mode, devices: which ones only its tasks are told. */
    private static boolean isOfExecutor(String resource) {
        SparkEnv env = SparkEnv.get();
        return !resource.isEmpty()
                && !WorkerChoice.isLocal(env.conf().get("spark.master", ""))
                && env.conf().getInt("spark.executor.resource." + resource + ".amount", 0) > 0;
    }

    /**
     * Its number, counted from 0.
     *
     * @throws IllegalArgumentException if the address is none
     */
    int ordinal() {
        if (address.equals(UNKNOWN)) {
            String setting = "spark.task.resource." + resource + ".amount";
            throw new IllegalArgumentException("Spark gave this executor a " + resource + " by spark.executor.resource."
                    + resource + ".amount, but tells its tasks of none, since " + setting + " is not set. Set "
                    + setting
                    + " before the session starts: 1 for a " + resource
                    + " a task, or a share such as 0.0625, so that up to"
                    + " 16 tasks have one together (conf/spark-gpu.conf)");
        }
        if (!address.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException("Spark gave this task the " + resource + " '" + address
                    + "', but addresses must be numbers from 0, as the driver counts devices. Print such numbers in the script of"
                    + " spark.executor.resource." + resource + ".discoveryScript (or spark.worker.resource." + resource
                    + ".discoveryScript), as conf/gpu-discovery.sh does");
        }
        return Integer.parseInt(address);
    }

    /** Names the device behind a place; nothing where there is none. */
    String text() {
        return resource.isEmpty() ? "" : " " + resource + " " + address;
    }

    /** What no two workers may share; empty for nothing, and for what is not known, which nobody opens. */
    String key(String host) {
        if (resource.isEmpty() || address.equals(UNKNOWN)) {
            return "";
        }
        String name = resource + " " + address + " of " + host;
        return isAssigned ? name : name + ", which Spark gave to neither";
    }
}
