package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The libraries that compute products, as they are installed on this machine. */
final class VendorLibraries {

    /** CUDA 13's needs a driver as new; CUDA 12's runs on all that are not older. */
    private static final String CUBLAS_OF_13 = "libcublasLt.so.13";

    private static final String CUBLAS_OF_12 = "libcublasLt.so.12";
    private static final String CUDNN = "libcudnn.so.9";
    /** One name for all versions of CUDA; it takes a driver that is not older than its own. */
    private static final List<String> PARTS_OF_CUDNN =
            List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9");

    private static final int DRIVER_OF_13 = 13_000;
    /** Versions of CUDA are 1000 x major + 10 x minor. */
    private static final int OF_MAJOR = 1000;

    /** By soname; empty where there is none. */
    private static final Map<String, Optional<Library>> LOADED = new ConcurrentHashMap<>();

    private VendorLibraries() {}

    private static List<String> cublasNames(DeviceFacts facts) {
        return facts.driverVersion() >= DRIVER_OF_13 ? List.of(CUBLAS_OF_13, CUBLAS_OF_12) : List.of(CUBLAS_OF_12);
    }

    static Optional<CublasLt> cublas(DeviceFacts facts) {
        return cublasNames(facts).stream()
                .flatMap(name -> load(name, CublasLt.class).stream())
                .findFirst();
    }

    static Optional<Cudnn> cudnn(DeviceFacts facts) {
        // It looks for its parts when they are first wanted, and ends the process where one is missing.
        if (!PARTS_OF_CUDNN.stream().allMatch(VendorLibraries::isThere)) {
            return Optional.empty();
        }
        return load(CUDNN, Cudnn.class)
                .filter(library -> library.cudnnGetCudartVersion() / OF_MAJOR <= facts.driverVersion() / OF_MAJOR);
    }

    private static boolean isThere(String soname) {
        try {
            NativeLibrary.getInstance(soname);
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static <T extends Library> Optional<T> load(String soname, Class<T> functions) {
        return LOADED.computeIfAbsent(soname, name -> {
                    try {
                        return Optional.of(Native.load(name, functions));
                    } catch (LinkageError e) {
                        return Optional.empty();
                    }
                })
                .map(functions::cast);
    }

    /** What computes products here, in a few words, with what is missing. */
    static String describe(DeviceFacts facts) {
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        cublas(facts)
                .ifPresentOrElse(
                        library -> found.add("cuBLASLt " + version(library.cublasLtGetVersion())),
                        () -> missing.add(String.join(" or ", cublasNames(facts))));
        cudnn(facts)
                .ifPresentOrElse(
                        library -> found.add("cuDNN " + version(library.cudnnGetVersion())), () -> missing.add(CUDNN));
        found.add("own kernels");
        return String.join(", ", found)
                + (missing.isEmpty() ? "" : " (no usable " + String.join(", no usable ", missing) + ")");
    }

    /** @param number 10000 x major + 100 x minor + patch */
    static String version(long number) {
        return number / 10_000 + "." + number % 10_000 / 100 + "." + number % 100;
    }
}
