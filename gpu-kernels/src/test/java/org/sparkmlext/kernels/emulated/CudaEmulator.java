package org.sparkmlext.kernels.emulated;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kernels of one {@code .cu} file, compiled for the CPU. Launches take arguments as a CUDA driver does. */
final class CudaEmulator {

    private static final int OS_THREADS = 2;

    private interface Launcher extends Library {
        String cuda_cpu_launch(
                String name,
                int gx,
                int gy,
                int gz,
                int bx,
                int by,
                int bz,
                int shared,
                Pointer arguments,
                int threads);
    }

    /** Blocks and threads of a launch. */
    record Shape(int gridX, int gridY, int gridZ, int blockX, int sharedBytes) {}

    private final Launcher launcher;

    private CudaEmulator(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * Compiles a file of this module; skips the test where there is no g++, fails it where the file does not compile.
     *
     * @param source path within the module, e.g. {@code src/main/cuda/tree.cu}
     */
    static CudaEmulator compile(String source) {
        assumeTrue(hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        Path module = Path.of(System.getProperty("basedir", "."));
        Path library = module.resolve("target/cuda-cpu")
                .resolve(Path.of(source).getFileName() + ".so")
                .toAbsolutePath();
        try {
            Files.createDirectories(library.getParent());
            run(List.of(
                    "g++",
                    "-std=c++17",
                    "-O2",
                    "-ffp-contract=off",
                    "-fvisibility=hidden",
                    "-U_FORTIFY_SOURCE",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-Wno-unknown-pragmas",
                    "-fPIC",
                    "-pthread",
                    "-shared",
                    "-include",
                    module.resolve("src/test/cuda/cuda_cpu.h").toString(),
                    "-x",
                    "c++",
                    module.resolve(source).toString(),
                    "-o",
                    library.toString()));
        } catch (IOException e) {
            throw new IllegalStateException("cannot compile " + source, e);
        }
        return new CudaEmulator(Native.load(library.toString(), Launcher.class));
    }

    private static boolean hasCompiler() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + "\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling", e);
        }
    }

    /**
     * Runs a kernel to its end.
     *
     * @param arguments {@link Memory} for pointers, null for none, {@link Integer} for ints, in the order of the kernel
     * @throws IllegalStateException if the emulator refuses the launch or finds the kernel at fault
     */
    void launch(String kernel, Shape shape, @Nullable Object... arguments) {
        List<Memory> cells = new ArrayList<>();
        Memory pointers = new Memory((long) arguments.length * Native.POINTER_SIZE);
        for (int i = 0; i < arguments.length; i++) {
            Memory cell = new Memory(Long.BYTES);
            if (arguments[i] instanceof Memory memory) {
                cell.setPointer(0, memory);
            } else if (arguments[i] == null) {
                cell.setPointer(0, Pointer.NULL);
            } else {
                cell.setInt(0, (Integer) arguments[i]);
            }
            cells.add(cell);
            pointers.setPointer((long) i * Native.POINTER_SIZE, cell);
        }
        String error = launcher.cuda_cpu_launch(
                kernel,
                shape.gridX(),
                shape.gridY(),
                shape.gridZ(),
                shape.blockX(),
                1,
                1,
                shape.sharedBytes(),
                pointers,
                OS_THREADS);
        for (Memory cell : cells) {
            cell.close();
        }
        pointers.close();
        if (error != null) {
            throw new IllegalStateException(kernel + ": " + error);
        }
    }

    /** On a boundary of 16 bytes, as a device's memory is. */
    static Memory bytes(byte... values) {
        Memory memory = new Memory(values.length + 16L).align(16);
        memory.write(0, values, 0, values.length);
        return memory;
    }

    static Memory ints(int... values) {
        Memory memory = new Memory(Math.max(1, values.length) * (long) Integer.BYTES);
        memory.write(0, values, 0, values.length);
        return memory;
    }

    static Memory longs(long... values) {
        Memory memory = new Memory(Math.max(1, values.length) * (long) Long.BYTES);
        memory.write(0, values, 0, values.length);
        return memory;
    }
}
