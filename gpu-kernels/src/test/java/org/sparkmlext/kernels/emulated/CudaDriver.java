package org.sparkmlext.kernels.emulated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A {@code libcuda.so.1} whose kernels run on the CPU, so that JCuda's side of the back end runs without a GPU, in a process of its own. */
public final class CudaDriver {

    private static final String SOURCE = "driver_cpu.cpp";
    private static final String SUMS = "nccl_cpu.cpp";

    private CudaDriver() {}

    /** Compiles it and some files of kernels, and gives the environment of a process that is to find them. */
    public static Map<String, String> environment(List<String> files) throws IOException {
        Path folder = Files.createTempDirectory(CudaEmulator.folder(), "driver");
        compile(SOURCE, "libcuda.so.1", folder);
        List<String> kernels = new ArrayList<>();
        for (String file : files) {
            kernels.add(file + "=" + CudaEmulator.library(file));
        }
        return Map.of("LD_LIBRARY_PATH", folder.toString(), "CUDA_CPU_KERNELS", String.join(":", kernels));
    }

    /** The same, and a {@code libnccl.so.2} by which such processes add. Each is to have a {@code CUDA_CPU_UUID} of its own. */
    public static Map<String, String> environmentWithNccl(List<String> files) throws IOException {
        Map<String, String> environment = new HashMap<>(environment(files));
        Path folder = Path.of(environment.get("LD_LIBRARY_PATH"));
        compile(SUMS, "libnccl.so.2", folder);
        environment.put("NCCL_ALGO", "Ring");
        environment.put("NCCL_CPU_FOLDER", folder.toString());
        return environment;
    }

    private static void compile(String name, String library, Path folder) throws IOException {
        Path source = Files.write(folder.resolve(name), CudaEmulator.resource(name));
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
                folder.resolve(library).toString(),
                "-ldl"));
    }

    /** Runs a class in a process with that environment; gives what it prints, or throws with it. */
    public static String run(Class<?> main, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(main.getName() + " failed:\n" + output);
        }
        return output;
    }
}
