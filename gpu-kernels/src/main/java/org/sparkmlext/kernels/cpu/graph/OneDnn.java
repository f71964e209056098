package org.sparkmlext.kernels.cpu.graph;

import com.sun.jna.Function;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.KernelException;

/** The native library: loaded once a JVM when it is first asked for, or the reason why it cannot be. */
final class OneDnn {

    private static final OneDnn LIBRARY = load();

    private final Availability availability;
    private final @Nullable Function setThreads;

    private OneDnn(Availability availability, @Nullable Function setThreads) {
        this.availability = availability;
        this.setThreads = setThreads;
    }

    private static OneDnn load() {
        try {
            return Native.load();
        } catch (Throwable e) {
            // Whatever it is, from a missing jar to a cache directory that cannot be written: trees must go on without
            // it.
            return new OneDnn(
                    Availability.no("oneDNN cannot be loaded on " + platform() + ": " + e
                            + ". It needs the jars dnnl, opencl and javacpp with this platform's natives, and a directory to unpack"
                            + " them to (org.bytedeco.javacpp.cachedir)"),
                    null);
        }
    }

    private static String platform() {
        return System.getProperty("os.name", "?").toLowerCase(Locale.ROOT) + " " + System.getProperty("os.arch", "?");
    }

    /** Whether there is a library. */
    static Availability availability() {
        return LIBRARY.availability;
    }

    /** Whether there is a library, and the CPU multiplies bfloat16. */
    static Availability bfloat16() {
        if (!LIBRARY.availability.isAvailable()) {
            return LIBRARY.availability;
        }
        return Native.bfloat16();
    }

    static void require() {
        if (!LIBRARY.availability.isAvailable()) {
            throw new KernelException("no networks on this CPU: " + LIBRARY.availability.reason());
        }
    }

    /** Makes the library use this many threads when it is called from the calling thread; costs about a microsecond. */
    static void useThreads(int numThreads) {
        Function function = LIBRARY.setThreads;
        if (function != null) {
            function.invokeVoid(new Object[] {numThreads});
        }
    }

    /** Keeps references to the bindings out of a class that must load without them. */
    private static final class Native {

        static OneDnn load() {
            // JavaCPP would refuse memory beyond the Java heap's limit, counting the whole process, after some calls of
            // System.gc(). What we allocate is counted and checked in NativeMemory instead.
            setDefault("org.bytedeco.javacpp.maxBytes");
            setDefault("org.bytedeco.javacpp.maxPhysicalBytes");
            Loader.load(dnnl.class);
            // Needs the natives of opencl as well, which loading does not notice.
            new engine(engine.kind.cpu, 0).deallocate();
            String version =
                    dnnl.dnnl_version().major() + "." + dnnl.dnnl_version().minor();
            Function setThreads = Function.getFunction(openMp(), "omp_set_num_threads");
            return new OneDnn(Availability.yes("oneDNN " + version), setThreads);
        }

        private static void setDefault(String property) {
            if (System.getProperty(property) == null && System.getProperty(property.toLowerCase(Locale.ROOT)) == null) {
                System.setProperty(property, "0");
            }
        }

        /** File of the OpenMP library that came with oneDNN. */
        private static String openMp() {
            for (Map.Entry<String, String> library : Loader.getLoadedLibraries().entrySet()) {
                String name = library.getKey() + " " + library.getValue();
                if (name.contains("gomp") || name.contains("omp5") || name.contains("libomp")) {
                    return library.getValue();
                }
            }
            throw new KernelException("oneDNN's OpenMP library is not among the loaded ones, "
                    + Loader.getLoadedLibraries().keySet());
        }

        static Availability bfloat16() {
            int isa = dnnl.dnnl_get_effective_cpu_isa();
            int needed = dnnl.dnnl_cpu_isa_avx512_core_bf16;
            return (isa & needed) == needed
                    ? Availability.yes("the CPU has avx512_bf16")
                    : Availability.no("this CPU has no avx512_bf16 (oneDNN uses its instruction set "
                            + Integer.toHexString(isa) + "), without which bfloat16 is slower than float32 or missing");
        }
    }
}
