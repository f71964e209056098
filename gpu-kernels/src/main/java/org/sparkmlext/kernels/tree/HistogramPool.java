package org.sparkmlext.kernels.tree;

/**
 * A fixed number of histograms on a device, each in a slot.
 *
 * <p>A histogram is {@code layout.totalBins() x cellWidth} longs: for each bin the sum of gradients, the sum of hessians
 * and, where {@link #hasCounts()}, the number of rows with a hessian above 0. Sums are in the units of
 * {@link GradientScale}.
 */
public interface HistogramPool extends AutoCloseable {

    BinLayout layout();

    int numSlots();

    boolean hasCounts();

    /** Longs of one bin: 2, or 3 with counts. */
    default int cellWidth() {
        return hasCounts() ? 3 : 2;
    }

    /** Longs of one histogram. */
    default int slotLength() {
        return layout().totalBins() * cellWidth();
    }

    /** Copies a slot out, {@link #slotLength()} longs, to {@code target} from {@code targetFrom}. */
    void copyOut(int slot, long[] target, int targetFrom);

    /** Overwrites a slot with {@link #slotLength()} longs of {@code source} from {@code sourceFrom}: such as the sums of all ranks. */
    void copyIn(int slot, long[] source, int sourceFrom);

    /**
     * Sets the bit of every bin of a slot that may hold something else than zeros: bit {@code b % 64} of
     * {@code bits[b / 64]}, other bits staying as they are. For rows of {@link SparseRows} these are few in small nodes.
     */
    void markOccupied(int slot, long[] bits);

    /** Copies the cells of ascending {@code bins} out, {@link #cellWidth()} longs each, to {@code target} from {@code targetFrom}. */
    void copyOut(int slot, int[] bins, long[] target, int targetFrom);

    /** Overwrites a slot: ascending {@code bins} get the cells of {@code source} from {@code sourceFrom}, all other bins zeros. */
    void copyIn(int slot, int[] bins, long[] source, int sourceFrom);

    @Override
    void close();
}
