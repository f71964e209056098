package org.sparkmlext.kernels.emulated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@code libcuda.so.1} whose kernels run on the CPU, so that JCuda's side of the back end runs without a GPU, in a process of its own. */
public final class CudaDriver {

    private static final String SOURCE = "driver_cpu.cpp";

    private CudaDriver() {}

    /** Compiles it and some files of kernels, and gives the environment of a process that is to find them. */
    public static Map<String, String> environment(List<String> files) throws IOException {
        Path folder = Files.createTempDirectory(CudaEmulator.folder(), "driver");
        Path source = Files.write(folder.resolve(SOURCE), CudaEmulator.resource(SOURCE));
        CudaEmulator.run(List.of(
                "g++",
                "-std=c++17",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-fPIC",
                "-shared",
                "-Wl,-soname,libcuda.so.1",
                source.toString(),
                "-o",
                folder.resolve("libcuda.so.1").toString(),
                "-ldl"));
        List<String> kernels = new ArrayList<>();
        for (String file : files) {
            kernels.add(file + "=" + CudaEmulator.library(file));
        }
        return Map.of("LD_LIBRARY_PATH", folder.toString(), "CUDA_CPU_KERNELS", String.join(":", kernels));
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
