package org.sparkmlext.kernels.emulated;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code libcuda.so.1} whose kernels run on the CPU, so that JCuda's side of the back end runs without a GPU, in a process of its own. */
public final class CudaDriver {

    /** The files of kernels that networks without steps take in float32, images of bytes included. */
    public static final List<String> NETWORK_FILES = List.of(
            "elements",
            "products",
            "windows",
            "norms",
            "objectives",
            "updates",
            "images",
            "pixels_float32",
            "pixel_windows_float32",
            "pixel_norms_float32",
            "convolutions_float32");

    /** CUDA's numbers of errors. */
    public static final int OUT_OF_MEMORY = 2;

    public static final int ECC_UNCORRECTABLE = 214;
    public static final int ILLEGAL_ADDRESS = 700;

    private static final String LIBRARIES = "LD_LIBRARY_PATH";
    private static final String SOURCE = "driver_cpu.cpp";
    private static final String SUMS = "nccl_cpu.cpp";
    private static final String PRODUCTS = "products_cpu.cpp";
    private static final String MULTIPLICATIONS = "libcublasLt.so.13";
    private static final String CONVOLUTIONS = "libcudnn.so.9";
    /** cuDNN's parts, whose functions are in the one above here. */
    private static final List<String> PRODUCT_LIBRARIES =
            List.of(MULTIPLICATIONS, CONVOLUTIONS, "libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9");

    private static final int HASH_DIGITS = 16;

    private CudaDriver() {}

    /** What the driver does beside that of a GPU; only in a process with its {@link #environment}. */
    public interface Controls extends Library {

        /** Calls of that name fail with a code: so many of them, after so many that do not. Those of graphs are named without suffixes. */
        void cuda_cpu_fail(String call, int code, int after, int times);

        /** How many of these failures are still to come. */
        int cuda_cpu_failures_left(String call);

        /** Streams that there are, of all devices. */
        int cuda_cpu_streams();
    }

    /** Of the driver that this process has loaded. */
    public static Controls controls() {
        return Native.load("libcuda.so.1", Controls.class);
    }

    /** Why the back end cannot be run on this driver here; null where it can. */
    public static @Nullable String missing() {
        if (!CudaEmulator.hasCompiler()) {
            return "no g++ on the PATH: CUDA kernels were not run on the CPU";
        }
        boolean isLinux = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        return isLinux ? null : "JCuda's natives are there for Linux on x86_64 only";
    }

    /** Compiles it and some files of kernels, and gives the environment of a process that is to find them. */
    public static Map<String, String> environment(List<String> files) throws IOException {
        Path folder = folder(SOURCE, "libcuda.so.1");
        List<String> kernels = new ArrayList<>();
        for (String file : files) {
            kernels.add(file + "=" + CudaEmulator.library(file));
        }
        return Map.of(LIBRARIES, folder.toString(), "CUDA_CPU_KERNELS", String.join(":", kernels));
    }

    /** The same, and a {@code libnccl.so.2} by which such processes add. Each is to have a {@code CUDA_CPU_UUID} of its own. */
    public static Map<String, String> environmentWithNccl(List<String> files) throws IOException {
        Map<String, String> environment = new HashMap<>(environment(files));
        Path folder = folder(SUMS, "libnccl.so.2");
        environment.merge(LIBRARIES, folder.toString(), (driver, sums) -> driver + File.pathSeparator + sums);
        environment.put("NCCL_ALGO", "Ring");
        environment.put(
                "NCCL_CPU_FOLDER",
                Files.createTempDirectory(CudaEmulator.folder(), "groups").toString());
        return environment;
    }

    /** The same, and libraries that compute products: {@code products_cpu.cpp}. */
    public static Map<String, String> environmentWithProducts(List<String> files) throws IOException {
        return environmentWithProducts(files, PRODUCT_LIBRARIES);
    }

    /** With some of them. */
    public static Map<String, String> environmentWithProducts(List<String> files, List<String> libraries)
            throws IOException {
        Map<String, String> environment = new HashMap<>(environment(files));
        for (String library : libraries) {
            environment.merge(
                    LIBRARIES,
                    folder(PRODUCTS, library).toString(),
                    (before, folder) -> before + File.pathSeparator + folder);
        }
        return environment;
    }

    /** Lets this process find those libraries, which compute at once where they are given no stream. */
    public static void provideProducts() throws IOException {
        for (String library : PRODUCT_LIBRARIES) {
            NativeLibrary.addSearchPath(library, folder(PRODUCTS, library).toString());
        }
    }

    /** Where a library lies, compiled once for each content of its source. */
    private static Path folder(String name, String library) throws IOException {
        byte[] text = CudaEmulator.resource(name);
        Path folder = CudaEmulator.folder()
                .resolve(library + "-" + KernelSource.hash(text).substring(0, HASH_DIGITS));
        if (!Files.exists(folder)) {
            // As with kernels: another process may compile the same.
            Path work = Files.createTempDirectory(CudaEmulator.folder(), "compile");
            Path source = Files.write(work.resolve(name), text);
            CudaEmulator.run(List.of(
                    "g++",
                    "-std=c++17",
                    "-O2",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-fPIC",
                    "-shared",
                    "-pthread",
                    "-Wl,-soname," + library,
                    source.toString(),
                    "-o",
                    work.resolve(library).toString(),
                    "-ldl"));
            try {
                Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (!Files.exists(folder)) {
                    throw e;
                }
            }
        }
        return folder;
    }

    /** Runs a class in a process with that environment; gives what it prints, or throws with it. */
    public static String run(Class<?> main, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(main.getName() + " failed:\n" + output);
        }
        return output;
    }
}
