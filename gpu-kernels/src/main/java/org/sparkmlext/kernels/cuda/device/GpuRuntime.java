package org.sparkmlext.kernels.cuda.device;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;

/** Whether a GPU can be used here, and why not. */
public final class GpuRuntime {

    /** What the PTX of the kernels is made for: Turing. */
    private static final int LEAST_CAPABILITY = 75;
    /** The oldest driver that takes PTX 8.0: CUDA 12.0's. */
    private static final int LEAST_DRIVER = 12_000;

    private static final long LEAST_BYTES = 1L << 30;

    /** What loading JCuda came to, kept because the JVM tells the reason at the first try only; null if all went well. */
    private static final @Nullable LinkageError LOADING = load();

    private GpuRuntime() {}

    private static @Nullable LinkageError load() {
        try {
            JCudaCalls.load();
            return null;
        } catch (LinkageError e) {
            return e;
        }
    }

    /** Looks at a device through the driver of this machine; throws nothing, opens nothing. */
    public static Availability look(int ordinal) {
        return LOADING == null ? look(new JCudaCalls(), ordinal) : Availability.no(reasonOf(LOADING));
    }

    static Availability look(Driver driver, int ordinal) {
        try {
            int count = driver.deviceCount();
            if (count == 0) {
                return Availability.no("the CUDA driver sees no device");
            }
            if (ordinal >= count) {
                return Availability.no("there is no CUDA device " + ordinal + "; the driver sees " + count
                        + ", counted from 0; set spark.task.resource.gpu.amount or CUDA_VISIBLE_DEVICES accordingly");
            }
            return judge(driver.facts(ordinal));
        } catch (LinkageError | RuntimeException e) {
            return Availability.no(reasonOf(e));
        }
    }

    private static Availability judge(DeviceFacts facts) {
        String device = facts.describe();
        if (10 * facts.major() + facts.minor() < LEAST_CAPABILITY) {
            return Availability.no(device + ": compute capability " + facts.major() + "." + facts.minor()
                    + " is too old; needed is 7.5 or newer");
        }
        if (facts.driverVersion() < LEAST_DRIVER) {
            return Availability.no(device + ": the driver is too old; needed is one for CUDA 12.0 (525) or newer");
        }
        if (facts.totalBytes() < LEAST_BYTES) {
            return Availability.no(device + ": too little memory; needed is 1 GiB at least");
        }
        return Availability.yes(device);
    }

    /** One sentence of what JCuda's loader tells in a page. */
    private static String reasonOf(Throwable e) {
        if (e instanceof RuntimeException) {
            return "the CUDA driver failed: " + firstLine(e);
        }
        if (saysOf(e, "libcuda.so")) {
            return "no CUDA driver: libcuda.so.1 was not found";
        }
        if (saysOf(e, "failed to map segment") || saysOf(e, "Permission denied")) {
            return "JCuda could not load its library from java.io.tmpdir (" + System.getProperty("java.io.tmpdir")
                    + "), which must be writable and allow execution";
        }
        if (saysOf(e, "jcuda/")) {
            return "JCuda is not on the class path";
        }
        return "JCuda's library could not be loaded: " + firstLine(e);
    }

    private static boolean saysOf(Throwable e, String text) {
        for (@Nullable Throwable at = e; at != null; at = at.getCause()) {
            if (String.valueOf(at.getMessage()).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("") + " ("
                + e.getClass().getSimpleName() + ")";
    }
}
