package org.sparkmlext.kernels.cpu;

/**
 * The innermost loops of a histogram: the values of a run of rows are added to the cells of the eight features, or of the
 * lower four, of one word of bins.
 *
 * <p>Row {@code i}'s word is {@code bins[from + i * stride]}, the bin of feature {@code j} its byte {@code j}, lowest first.
 * Feature {@code j} has {@link HistogramScratch#CELLS} cells, from {@code j * CELLS} on. Sums are of integers, so all
 * implementations give the same.
 *
 * <p>All methods throw {@link IndexOutOfBoundsException} where an array is shorter than rows and cells need.
 */
interface CellAdder {

    /** Adds {@code values[i]} to one long a cell, for eight features. */
    void addEight(long[] cells, long[] values, long[] bins, int from, int stride, int count);

    /** As {@link #addEight}, for the lower four features of a word. */
    void addFour(long[] cells, long[] values, long[] bins, int from, int stride, int count);

    /**
     * Adds {@code firsts[i]} and {@code seconds[i]} to the two longs of a cell, for four features.
     *
     * @param isUpper whether to take the upper four bytes of a word and the cells of features 4 to 7, else the lower ones
     */
    void addPairs(
            long[] cells, long[] firsts, long[] seconds, long[] bins, int from, int stride, int count, boolean isUpper);

    /** The faster one where this JVM has it, else the one that any Java runs. */
    static CellAdder fastest() {
        try {
            if (UncheckedCellAdder.isUsable()) {
                return new UncheckedCellAdder();
            }
        } catch (LinkageError e) {
            // No module jdk.unsupported.
            return new CheckedCellAdder();
        }
        return new CheckedCellAdder();
    }
}
