package org.sparkmlext.kernels.emulated;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kernels of one {@code .cu} file, compiled for the CPU. Launches take arguments as a CUDA driver does. */
public final class CudaEmulator {

    private static final int OS_THREADS = 2;
    private static final String HEADER = "cuda_cpu.h";
    private static final int HASH_DIGITS = 16;

    private static final Map<String, CudaEmulator> LOADED = new ConcurrentHashMap<>();

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
    public record Shape(int gridX, int gridY, int gridZ, int blockX, int sharedBytes) {}

    private final Launcher launcher;
    private final boolean hasBfloat16;

    private CudaEmulator(Launcher launcher, boolean hasBfloat16) {
        this.launcher = launcher;
        this.hasBfloat16 = hasBfloat16;
    }

    /** Whether the file is for Ampere and newer. */
    public boolean hasBfloat16() {
        return hasBfloat16;
    }

    /** Whether kernels can be compiled here. */
    public static boolean hasCompiler() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
    }

    /**
     * The kernels of a file on the class path, compiled once for each content of the file.
     *
     * @param file without ending, e.g. {@code tree}
     * @throws IllegalStateException if it does not compile
     */
    public static CudaEmulator of(String file) {
        return LOADED.computeIfAbsent(file, CudaEmulator::load);
    }

    private static CudaEmulator load(String file) {
        try {
            KernelSource source = KernelSource.read(file + ".cu", CudaEmulator::resource);
            Path library = library(file, source);
            return new CudaEmulator(Native.load(library.toString(), Launcher.class), source.hasBfloat16());
        } catch (IOException e) {
            throw new IllegalStateException("cannot compile " + file, e);
        }
    }

    /** The library of a file's kernels, for {@link CudaDriver}. */
    static Path library(String file) throws IOException {
        return library(file, KernelSource.read(file + ".cu", CudaEmulator::resource));
    }

    private static Path library(String file, KernelSource source) throws IOException {
        byte[] header = resource(HEADER);
        Path folder = folder();
        Path library = folder.resolve(file + "-" + hash(header, source.text()) + ".so");
        if (!Files.exists(library)) {
            compile(file, header, source, folder, library);
        }
        return library;
    }

    /** Where what was compiled is kept. */
    static Path folder() throws IOException {
        Path folder =
                Path.of(System.getProperty("basedir", "."), "target/cuda-cpu").toAbsolutePath();
        return Files.createDirectories(folder);
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = CudaEmulator.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            return in.readAllBytes();
        }
    }

    private static String hash(byte[]... contents) {
        return KernelSource.hash(contents).substring(0, HASH_DIGITS);
    }

    private static void compile(String file, byte[] header, KernelSource source, Path folder, Path library)
            throws IOException {
        // Another process may compile the same: each in files of its own, and the finished library in one step.
        Path work = Files.createTempDirectory(folder, "compile");
        Path kernels = work.resolve("kernels.cu");
        Path made = work.resolve("kernels.so");
        Map<Path, byte[]> files = new HashMap<>();
        files.put(work.resolve(HEADER), header);
        files.put(kernels, resource(file + ".cu"));
        source.headers().forEach((name, text) -> files.put(work.resolve(name), text));
        for (Map.Entry<Path, byte[]> one : files.entrySet()) {
            Files.write(one.getKey(), one.getValue());
        }
        run(List.of(
                "g++",
                "-std=c++17",
                "-O2",
                "-ffp-contract=off",
                // Kernels load and store several numbers as one word.
                "-fno-strict-aliasing",
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
                work.resolve(HEADER).toString(),
                "-x",
                "c++",
                kernels.toString(),
                "-o",
                made.toString()));
        Files.move(made, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (Path one : files.keySet()) {
            Files.delete(one);
        }
        Files.delete(work);
    }

    static void run(List<String> command) throws IOException {
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
     * @param arguments {@link Pointer} for pointers, null for none, {@link Integer}, {@link Long}, {@link Float} and
     *     {@link Double}, in the order of the kernel
     * @throws IllegalStateException if the emulator refuses the launch or finds the kernel at fault
     */
    public void launch(String kernel, Shape shape, @Nullable Object... arguments) {
        List<Memory> cells = new ArrayList<>();
        Memory pointers = new Memory(Math.max(1, arguments.length) * (long) Native.POINTER_SIZE);
        for (int i = 0; i < arguments.length; i++) {
            Memory cell = cell(arguments[i]);
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

    private static Memory cell(@Nullable Object argument) {
        Memory cell = new Memory(Long.BYTES);
        if (argument == null || argument instanceof Pointer) {
            cell.setPointer(0, (Pointer) argument);
        } else if (argument instanceof Integer number) {
            cell.setInt(0, number);
        } else if (argument instanceof Long number) {
            cell.setLong(0, number);
        } else if (argument instanceof Float number) {
            cell.setFloat(0, number);
        } else if (argument instanceof Double number) {
            cell.setDouble(0, number);
        } else {
            throw new IllegalArgumentException(
                    "kernels take no " + argument.getClass().getName());
        }
        return cell;
    }
}
