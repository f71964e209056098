package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.RowPartition;

/** The order of the rows as an array of row numbers. */
final class CpuPartition extends CpuResource implements RowPartition {

    private static final int PIECE_ROWS = 65536;

    private final int numRows;
    private int[] order;
    /** Room for one move of rows. */
    private int[] scratch;
    /** True while position and row are the same number: the root needs no look-up. */
    private boolean isAscending;

    CpuPartition(CpuBackend owner, int numRows) {
        super(owner);
        this.numRows = numRows;
        order = new int[numRows];
        scratch = new int[numRows];
        reset();
    }

    static long sizeBytes(int numRows) {
        return 2L * Integer.BYTES * numRows;
    }

    int[] order() {
        return order;
    }

    int[] scratch() {
        return scratch;
    }

    boolean isAscending() {
        return isAscending;
    }

    void markMoved() {
        isAscending = false;
    }

    @Override
    public int numRows() {
        return numRows;
    }

    @Override
    public void reset() {
        requireOpen();
        if (isAscending) {
            return;
        }
        int pieces = (numRows + PIECE_ROWS - 1) / PIECE_ROWS;
        owner().team().forEach(pieces, (worker, piece) -> {
            int end = Math.min(numRows, (piece + 1) * PIECE_ROWS);
            for (int i = piece * PIECE_ROWS; i < end; i++) {
                order[i] = i;
            }
        });
        isAscending = true;
    }

    @Override
    void release() {
        order = new int[0];
        scratch = new int[0];
    }

    @Override
    public String toString() {
        return "cpu row partition of " + numRows + " rows";
    }
}
