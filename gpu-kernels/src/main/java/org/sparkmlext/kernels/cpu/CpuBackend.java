package org.sparkmlext.kernels.cpu;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cpu.graph.CpuGraphKernels;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * The CPU as a device: its memory is the Java heap, or, for dense bins, mapped files; its kernels run on a fixed team of
 * threads.
 */
final class CpuBackend implements Backend {

    private static final double GIB = 1 << 30;

    /** One mapping holds less than 2 GiB. */
    private static final int SEGMENT_BYTES = 1 << 30;

    private final ThreadTeam team;
    private final CpuTreeKernels trees;
    private final @Nullable Path directory;
    private final int segmentBytes;
    private final Set<CpuMappedRows> mappedRows = new HashSet<>();
    private @Nullable CpuGraphKernels graphs;
    private boolean isClosed;

    CpuBackend(int numThreads, @Nullable Path directory) {
        this(numThreads, directory, SEGMENT_BYTES);
    }

    /** @param segmentBytes most bytes of one mapping */
    CpuBackend(int numThreads, @Nullable Path directory, int segmentBytes) {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        team = new ThreadTeam(numThreads);
        trees = new CpuTreeKernels(this);
    }

    @Override
    public String name() {
        return CpuBackendProvider.NAME;
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT,
                "cpu: %d thread%s, %.1f GiB heap%s",
                team.numThreads(),
                team.numThreads() == 1 ? "" : "s",
                Runtime.getRuntime().maxMemory() / GIB,
                directory == null ? "" : ", dense bins in mapped files");
    }

    @Override
    public Buffer allocate(ElementType type, int length) {
        if (length < 0) {
            throw new IllegalArgumentException("buffer length is " + length + "; it must be at least 0");
        }
        return allocating((long) length * type.sizeBytes(), "a buffer", () -> new CpuBuffer(this, type, length));
    }

    @Override
    public TreeKernels trees() {
        return trees;
    }

    @Override
    public GraphKernels graphs() {
        requireOpen();
        CpuGraphKernels present = graphs;
        if (present == null) {
            present = new CpuGraphKernels(
                    team.numThreads(), (item, count) -> team.forEach(count, (worker, i) -> item.accept(i)));
            graphs = present;
        }
        return present;
    }

    ThreadTeam team() {
        return team;
    }

    /** Where dense bins lie in files; null where they lie on the heap. */
    @Nullable
    Path directory() {
        return directory;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /** Files are closed with the back end at the latest: a caller that failed may have lost its rows, and no collector sees the disk. */
    void hold(CpuMappedRows rows) {
        mappedRows.add(rows);
    }

    void release(CpuMappedRows rows) {
        mappedRows.remove(rows);
    }

    void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the cpu back end is closed");
        }
    }

    /** Runs an allocation of about {@code bytes} bytes of heap and turns a lack of memory into a {@link KernelException}. */
    <T> T allocating(long bytes, String what, Supplier<T> allocation) {
        requireOpen();
        // A size that can never fit must not reach the JVM: executors often run with a kill on OutOfMemoryError.
        if (bytes > Runtime.getRuntime().maxMemory()) {
            throw outOfMemory(bytes, what, null);
        }
        try {
            return allocation.get();
        } catch (OutOfMemoryError e) {
            throw outOfMemory(bytes, what, e);
        }
    }

    private static KernelException outOfMemory(long bytes, String what, @Nullable OutOfMemoryError cause) {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        String message =
                "cpu: no memory for " + what + ": " + bytes + " bytes asked, " + free + " bytes free of a heap of "
                        + runtime.maxMemory() + " bytes. Raise the heap (spark.executor.memory) or use more workers.";
        return cause == null ? new KernelException(message) : new KernelException(message, cause);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            if (graphs != null) {
                graphs.close();
            }
            team.close();
            List.copyOf(mappedRows).forEach(CpuMappedRows::close);
        }
    }

    @Override
    public String toString() {
        return description();
    }
}
