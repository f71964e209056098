package org.sparkmlext.kernels.tree;

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
}
