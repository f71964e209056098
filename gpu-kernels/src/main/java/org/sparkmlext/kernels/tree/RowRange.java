package org.sparkmlext.kernels.tree;

import java.util.Comparator;
import java.util.List;

/** The rows of one node on this rank: positions {@code [begin, end)} of a {@link RowPartition}. May be empty. */
public record RowRange(int begin, int end) {

    public RowRange {
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("row range [" + begin + ", " + end + ") is not a range");
        }
    }

    public int numRows() {
        return end - begin;
    }

    /** @throws IllegalArgumentException if a range goes beyond the rows of the partition */
    public static void requireWithin(List<RowRange> ranges, int numRows) {
        for (RowRange range : ranges) {
            if (range.end() > numRows) {
                throw new IllegalArgumentException("row range [" + range.begin() + ", " + range.end()
                        + ") goes beyond the partition of " + numRows + " rows");
            }
        }
    }

    /** @throws IllegalArgumentException if a position is in two of the ranges */
    public static void requireDisjoint(List<RowRange> ranges) {
        RowRange[] sorted = ranges.stream()
                .filter(range -> range.numRows() > 0)
                .sorted(Comparator.comparingInt(RowRange::begin))
                .toArray(RowRange[]::new);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i].begin() < sorted[i - 1].end()) {
                throw new IllegalArgumentException(
                        "row ranges [" + sorted[i - 1].begin() + ", " + sorted[i - 1].end() + ") and ["
                                + sorted[i].begin() + ", " + sorted[i].end() + ") overlap; nodes of one call may not");
            }
        }
    }
}
