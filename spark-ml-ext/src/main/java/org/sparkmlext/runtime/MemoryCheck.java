package org.sparkmlext.runtime;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;

/**
 * Compares what the ranks of a JVM will need with its heap, before anything is started, and decides whether features lie there or
 * in files.
 *
 * @param plans what the algorithm says it needs beside its blocks
 * @param shape of the largest shard
 * @param numMargins base margins a row
 * @param workersPerJvm ranks that share the heap
 * @param room what that JVM may use
 */
record MemoryCheck(
        Function<ShardShape, MemoryPlan> plans, ShardShape shape, int numMargins, int workersPerJvm, JvmRoom room) {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryCheck.class);

    /** The rest is Spark's own, and room for the collector. */
    private static final double USABLE_SHARE = 0.9;

    /** A whole block of several megabytes is no larger than this. */
    private static final long MAX_BLOCK_BYTES = 32L << 20;

    /** One rank's bytes. */
    private record Need(long heap, long files, String text) {}

    /**
     * Decides.
     *
     * @throws IllegalArgumentException if it does not fit; with both plans, the numbers and the settings
     */
    StoragePlan choose(ShardStorage storage) {
        Need onHeap = need(false);
        Need mapped = need(true);
        boolean isMapped = storage == ShardStorage.DISK
                || (storage == ShardStorage.AUTO && !fits(onHeap) && fits(mapped) && mapped.files > 0);
        Need chosen = isMapped ? mapped : onHeap;
        if (!fits(chosen)) {
            throw new IllegalArgumentException(refusal(storage, onHeap, mapped));
        }
        if (isMapped && storage == ShardStorage.AUTO) {
            LOG.warn(
                    "Training would need {} in one JVM, and its heap is {}, of which {} % can be used: dense features lie in"
                            + " mapped files, {} a worker, in Spark's local directories (spark.local.dir), and {} a worker stay"
                            + " on the heap. To hold all in memory raise {} or spread the rows over more executors",
                    format(onHeap.heap * workersPerJvm),
                    format(room.heapBytes()),
                    (int) (USABLE_SHARE * 100),
                    format(mapped.files),
                    format(mapped.heap),
                    room.setting());
        }
        return new StoragePlan(isMapped, chosen.files, chosen.text);
    }

    private boolean fits(Need need) {
        return need.heap * workersPerJvm <= USABLE_SHARE * room.heapBytes();
    }

    private String refusal(ShardStorage storage, Need onHeap, Need mapped) {
        Need wanted = storage == ShardStorage.DISK ? mapped : onHeap;
        long needed = wanted.heap * workersPerJvm;
        StringBuilder text = new StringBuilder("training needs " + format(needed)
                + (storage == ShardStorage.DISK ? ", beside mapped files," : "") + " in one JVM but its heap is "
                + format(room.heapBytes()) + ", of which " + (int) (USABLE_SHARE * 100) + " % can be used.");
        if (storage == ShardStorage.AUTO) {
            text.append(" With dense features in mapped files it still needs ")
                    .append(format(mapped.heap * workersPerJvm))
                    .append('.');
        }
        Need least = storage == ShardStorage.AUTO && mapped.heap < onHeap.heap ? mapped : wanted;
        text.append(" Set ")
                .append(room.setting())
                .append(" to at least ")
                .append((long) Math.ceil(least.heap * workersPerJvm / USABLE_SHARE / (1 << 20)))
                .append("m, or spread the rows over more executors");
        if (storage == ShardStorage.MEMORY && mapped.files > 0 && fits(mapped)) {
            text.append(", or set shardStorage to auto or disk: then ")
                    .append(format(mapped.files))
                    .append(" a worker lie in files");
        }
        text.append(String.format(Locale.ROOT, ".%nThe plan on the heap:%n%s", onHeap.text));
        if (mapped.files > 0) {
            text.append(String.format(Locale.ROOT, "%nThe plan with files (shardStorage):%n%s", mapped.text));
        }
        return text.toString();
    }

    private Need need(boolean isMapped) {
        ShardShape shapeOf = isMapped ? shape.mapped() : shape;
        MemoryPlan plan = plans.apply(shapeOf);
        StringBuilder text = new StringBuilder();
        long heap = plan.totalBytes();
        long files = plan.totalFileBytes();
        if (isMapped && !isSparse(shape) && !shape.hasBytes()) {
            long rowBytes = rowBytes(shape, numMargins);
            long floats = shape.cells() * Float.BYTES;
            long passing = passingBytes(shape);
            heap += rowBytes + passing;
            files += floats;
            line(text, "rows of blocks, no features", rowBytes);
            line(text, "blocks on their way to files", passing);
            plan.bytesByPurpose().forEach((purpose, bytes) -> line(text, purpose, bytes));
            line(text, shape.hasSequences() ? "in files: series (float32)" : "in files: blocks (float32)", floats);
        } else {
            long blocks = blockBytes(shape, numMargins);
            heap += blocks;
            line(
                    text,
                    shape.hasBytes()
                            ? "blocks (bytes)"
                            : shape.hasSequences() ? "series (float32)" : "blocks (float32)",
                    blocks);
            plan.bytesByPurpose().forEach((purpose, bytes) -> line(text, purpose, bytes));
        }
        for (Map.Entry<String, Long> entry : plan.fileBytesByPurpose().entrySet()) {
            line(text, "in files: " + entry.getKey(), entry.getValue());
        }
        text.append(String.format(
                Locale.ROOT,
                "  in all %s for %d in a JVM with a heap of %s",
                format(heap * workersPerJvm),
                workersPerJvm,
                format(room.heapBytes())));
        if (files > 0) {
            text.append(", and ").append(format(files * workersPerJvm)).append(" in files");
        }
        if (!room.besideHeap().isEmpty()) {
            text.append(String.format("%n")).append(room.besideHeap());
        }
        return new Need(heap, files, text.toString());
    }

    private static void line(StringBuilder text, String purpose, long bytes) {
        text.append(String.format(Locale.ROOT, "  %-28s %12s a worker%n", purpose, format(bytes)));
    }

    /** Features at 6 bytes a stored value, or 4 a cell if more than a quarter of the cells is stored; or bytes. */
    static long blockBytes(ShardShape shape, int numMargins) {
        long floatBytes = isSparse(shape) ? shape.storedValues() * 6 : shape.cells() * Float.BYTES;
        long featureBytes = shape.hasBytes() ? shape.cells() : floatBytes;
        return featureBytes + rowBytes(shape, numMargins);
    }

    private static boolean isSparse(ShardShape shape) {
        return shape.storedValues() <= shape.cells() / 4;
    }

    /** Labels, weights and base margins, and where series begin. */
    private static long rowBytes(ShardShape shape, int numMargins) {
        SeriesShape series = shape.series();
        boolean hasLabels = series == null || !series.holdTargets();
        long numbers = (shape.hasWeights() ? 1 : 0) + (hasLabels ? 1 + numMargins : 0);
        return (shape.rows() + shape.validationRows()) * 4 * numbers + (series == null ? 0 : 8 * series.number());
    }

    /** A block that comes, what is cut from it, and the columns that threads have read back. */
    private static long passingBytes(ShardShape shape) {
        long blockRows = Math.min(shape.rows() + shape.validationRows(), TableBlock.MAX_ROWS);
        if (shape.hasSequences()) {
            return 2 * Math.min(shape.cells() * Float.BYTES, MAX_BLOCK_BYTES);
        }
        long block = Math.min(blockRows * shape.features() * Float.BYTES, MAX_BLOCK_BYTES);
        return 2 * block + shape.threads() * blockRows * Float.BYTES;
    }

    static String format(long bytes) {
        if (bytes < 10L << 20) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
        }
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
