package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.RowPartition;

/**
 * The order of the rows as an array of {@link RowEntry}.
 *
 * <p>Entries are written when somebody needs them: rows alone, or, for coarse histograms, with their gradients. A tree
 * starts with one pass over them.
 */
final class CpuPartition extends CpuResource implements RowPartition {

    private static final int PIECE_ROWS = 65536;

    private final int numRows;
    private long[] entries;
    /** Room for one move of rows. */
    private long[] scratch;
    /** True while position and row are the same number. */
    private boolean isAscending = true;
    /** Whether the entries hold the rows; while ascending they need not. */
    private boolean hasRows;
    /** The gradients that the entries hold, and their version; null for none. */
    private @Nullable CpuBuffer gradients;

    private int gradientsVersion;

    CpuPartition(CpuBackend owner, int numRows) {
        super(owner);
        if (numRows > RowEntry.MAX_ROWS) {
            throw new KernelException("cpu: a partition of " + numRows + " rows was asked for; at most "
                    + RowEntry.MAX_ROWS + " fit. Use more workers.");
        }
        this.numRows = numRows;
        entries = new long[numRows];
        scratch = new long[numRows];
    }

    static long sizeBytes(int numRows) {
        return 2L * Long.BYTES * numRows;
    }

    /** The entries; their rows can be relied on, their gradients only after {@link #takeGradients}. */
    long[] entries() {
        if (!hasRows) {
            fill((from, to) -> {
                for (int i = from; i < to; i++) {
                    entries[i] = i;
                }
            });
            hasRows = true;
        }
        return entries;
    }

    /** Makes sure that the entries hold these gradients of their rows. */
    void takeGradients(CpuBuffer source) {
        if (gradients == source && gradientsVersion == source.version()) {
            return;
        }
        long[] values = source.longs();
        if (isAscending) {
            fill((from, to) -> {
                for (int i = from; i < to; i++) {
                    entries[i] = RowEntry.of(i, values[i]);
                }
            });
        } else {
            fill((from, to) -> {
                for (int i = from; i < to; i++) {
                    int row = RowEntry.row(entries[i]);
                    entries[i] = RowEntry.of(row, values[row]);
                }
            });
        }
        hasRows = true;
        gradients = source;
        gradientsVersion = source.version();
    }

    private interface Filling {
        void fill(int from, int to);
    }

    private void fill(Filling filling) {
        int pieces = (numRows + PIECE_ROWS - 1) / PIECE_ROWS;
        owner().team()
                .forEach(
                        pieces,
                        (worker, piece) ->
                                filling.fill(piece * PIECE_ROWS, Math.min(numRows, (piece + 1) * PIECE_ROWS)));
    }

    long[] scratch() {
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
        if (!isAscending) {
            isAscending = true;
            hasRows = false;
            gradients = null;
        }
    }

    @Override
    void release() {
        entries = new long[0];
        scratch = new long[0];
        gradients = null;
    }

    @Override
    public String toString() {
        return "cpu row partition of " + numRows + " rows";
    }
}
