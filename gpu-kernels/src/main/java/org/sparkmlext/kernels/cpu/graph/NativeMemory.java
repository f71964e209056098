package org.sparkmlext.kernels.cpu.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;

/**
 * A zeroed block of memory outside the Java heap, at an address that is a multiple of {@link #ALIGNMENT}.
 *
 * <p>Freed by {@link #close} and by nothing else; who reads a view after that ends the JVM.
 */
final class NativeMemory implements AutoCloseable {

    /** A cache line, and a vector of AVX-512. */
    static final int ALIGNMENT = 64;

    private static final AtomicLong ALLOCATED = new AtomicLong();

    private final long bytes;
    private final Pointer base;
    private @Nullable Pointer block;

    private NativeMemory(long bytes, Pointer block) {
        this.bytes = bytes;
        this.block = block;
        base = block.getPointer(-block.address() & (ALIGNMENT - 1));
    }

    /**
     * Allocates.
     *
     * @param what for the message, e.g. {@code a program}
     * @param remedy what to do where memory lacks
     * @throws KernelException if memory lacks; the message gives bytes asked and free
     */
    static NativeMemory allocate(long bytes, String what, String remedy) {
        OneDnn.require();
        requireFree(bytes, what, remedy);
        Pointer block = Pointer.malloc(bytes + ALIGNMENT);
        if (block == null || block.isNull()) {
            throw outOfMemory(bytes, what, freeBytes(), remedy);
        }
        // Written now, so that it is really there, and the next one who asks for free memory sees it gone.
        Pointer.memset(block, 0, bytes + ALIGNMENT);
        ALLOCATED.addAndGet(bytes);
        return new NativeMemory(bytes, block);
    }

    /**
     * Looks before several allocations whether there is enough for all: the system hands out more than it has and kills the process
     * later.
     */
    static void requireFree(long bytes, String what, String remedy) {
        OptionalLong free = freeBytes();
        if (free.isPresent() && bytes > free.getAsLong()) {
            throw outOfMemory(bytes, what, free, remedy);
        }
    }

    private static KernelException outOfMemory(long bytes, String what, OptionalLong free, String remedy) {
        return new KernelException("cpu: no memory for " + what + ": " + bytes + " bytes asked outside the heap, "
                + (free.isPresent() ? free.getAsLong() : "an unknown number of") + " bytes free. " + remedy
                + ", or raise spark.executor.memoryOverhead.");
    }

    /** What the system says is available, within the limit of the container. */
    private static OptionalLong freeBytes() {
        try {
            long available = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
            return OptionalLong.of(Math.min(available, freeBytesOfContainer()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static long freeBytesOfContainer() throws IOException {
        Path limit = Path.of("/sys/fs/cgroup/memory.max");
        Path used = Path.of("/sys/fs/cgroup/memory.current");
        if (!Files.isReadable(limit) || !Files.isReadable(used)) {
            return Long.MAX_VALUE;
        }
        String most = Files.readString(limit).trim();
        return most.equals("max")
                ? Long.MAX_VALUE
                : Long.parseLong(most) - Long.parseLong(Files.readString(used).trim());
    }

    /** Bytes of all blocks in use, for tests. */
    static long allocatedBytes() {
        return ALLOCATED.get();
    }

    long bytes() {
        return bytes;
    }

    Pointer at(long offset) {
        return base.getPointer(offset);
    }

    /** A view of a part of less than 2 GiB. */
    static ByteBuffer view(Pointer pointer, long bytes) {
        return new BytePointer(pointer)
                .capacity(Math.toIntExact(bytes))
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        Pointer freed = block;
        if (freed != null) {
            block = null;
            Pointer.free(freed);
            ALLOCATED.addAndGet(-bytes);
        }
    }
}
