package org.sparkmlext.kernels.cuda.graph;

/**
 * A long sum of products cut into pieces that are summed side by side, then one after the other. How many there are follows from the
 * sizes alone, so that the order of the sum does too.
 *
 * @param total numbers that each result is a sum of
 * @param results how many results there are
 * @param length numbers of a piece, the last one may have fewer
 */
record Pieces(int total, int results, int length) {

    private static final int LEAST_LENGTH = 256;
    private static final int MOST_PIECES = 128;
    /** Most numbers that the pieces may take. */
    private static final int MOST_SCRATCH = 1 << 23;

    static Pieces of(int total, int results) {
        return of(total, results, MOST_PIECES);
    }

    /** @param mostPieces what a launch can take of them; at least one is made */
    static Pieces of(int total, int results, int mostPieces) {
        int most = Math.max(1, Math.min(Math.min(MOST_PIECES, mostPieces), MOST_SCRATCH / results));
        int count = Math.min(most, (int) (((long) total + LEAST_LENGTH - 1) / LEAST_LENGTH));
        return new Pieces(total, results, (int) (((long) total + count - 1) / count));
    }

    int count() {
        return (int) (((long) total + length - 1) / length);
    }

    int lastLength() {
        return total - (count() - 1) * length;
    }

    /** Where the pieces go, one after the other: straight to the result if there is one only. */
    Slot target(Compilation c, Slot result) {
        return count() == 1 ? result : c.scratch((long) count() * results * Float.BYTES);
    }

    /** Adds the pieces up. */
    void add(Compilation c, Slot target, Slot result) {
        if (count() > 1) {
            c.launches().each("products", "add_pieces", results, target, result, count());
        }
    }
}
