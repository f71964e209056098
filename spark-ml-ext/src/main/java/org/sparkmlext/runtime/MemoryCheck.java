package org.sparkmlext.runtime;

import java.util.Locale;
import java.util.Map;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;

/** Compares what the ranks of a JVM will need with its heap, before anything is started. */
final class MemoryCheck {

    /** The rest is Spark's own, and room for the collector. */
    private static final double USABLE_SHARE = 0.9;

    private MemoryCheck() {}

    /**
     * Describes the plan, one purpose a line.
     *
     * @param numMargins base margins a row
     * @param workersPerJvm ranks that share the heap
     * @param heapBytes largest heap of that JVM
     * @param setting what a user changes for a larger heap, e.g. {@code spark.executor.memory}
     * @throws IllegalArgumentException if it does not fit; with numbers and setting
     */
    static String require(
            MemoryPlan plan, ShardShape shape, int numMargins, int workersPerJvm, long heapBytes, String setting) {
        long blockBytes = blockBytes(shape, numMargins);
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "  %-28s %12s a worker%n", "blocks (float32)", format(blockBytes)));
        for (Map.Entry<String, Long> entry : plan.bytesByPurpose().entrySet()) {
            text.append(
                    String.format(Locale.ROOT, "  %-28s %12s a worker%n", entry.getKey(), format(entry.getValue())));
        }
        long needed = (blockBytes + plan.totalBytes()) * workersPerJvm;
        text.append(String.format(
                Locale.ROOT,
                "  in all %s for %d in a JVM with a heap of %s",
                format(needed),
                workersPerJvm,
                format(heapBytes)));
        if (needed > USABLE_SHARE * heapBytes) {
            long advised = (long) Math.ceil(needed / USABLE_SHARE / (1 << 20));
            throw new IllegalArgumentException("training needs " + format(needed) + " in one JVM but its heap is "
                    + format(heapBytes) + ", of which " + (int) (USABLE_SHARE * 100) + " % can be used. Set " + setting
                    + " to at least " + advised + "m, or spread the rows over more executors. The plan:\n" + text);
        }
        return text.toString();
    }

    /** Features at 6 bytes a stored value, or 4 a cell if more than a quarter of the cells is stored. */
    static long blockBytes(ShardShape shape, int numMargins) {
        boolean isSparse = shape.storedValues() <= shape.cells() / 4;
        long featureBytes = isSparse ? shape.storedValues() * 6 : shape.cells() * Float.BYTES;
        long perRow = 4L * (numMargins + (shape.hasWeights() ? 2 : 1));
        return featureBytes + (shape.rows() + shape.validationRows()) * perRow;
    }

    private static String format(long bytes) {
        if (bytes < 10L << 20) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
        }
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
