package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.GradientScale;

/**
 * One position of a {@link CpuPartition} as a long: the row that stands there and, once the partition has taken them, the
 * row's coarse gradients. A node's histogram then finds them in order, where they would be a cache miss a row.
 *
 * <p>From the lowest bit: 29 bits of row, 1 bit that is set where the row counts ({@code h > 0} as it is), 17 bits of
 * coarse hessian (0 to 2^16), 17 bits of coarse gradient (-2^15 to 2^15).
 */
final class RowEntry {

    /** Rows must stay below this. */
    static final int MAX_ROWS = 1 << 29;

    private static final int ROW_MASK = MAX_ROWS - 1;
    private static final int COUNT_SHIFT = 29;
    private static final int HESSIAN_SHIFT = 30;
    private static final int GRADIENT_SHIFT = 47;
    private static final long HESSIAN_MASK = (1L << (GRADIENT_SHIFT - HESSIAN_SHIFT)) - 1;

    private static final int GRADIENT_HALF = 1 << (GradientScale.COARSE_GRADIENT_SHIFT - 1);
    private static final int HESSIAN_HALF = 1 << (GradientScale.COARSE_HESSIAN_SHIFT - 1);

    private RowEntry() {}

    /** The row with the gradients {@code (long) g << 32 | h}, made coarse. */
    static long of(int row, long gradients) {
        long g = ((int) (gradients >> 32) + GRADIENT_HALF) >> GradientScale.COARSE_GRADIENT_SHIFT;
        long h = ((int) gradients + HESSIAN_HALF) >> GradientScale.COARSE_HESSIAN_SHIFT;
        long one = (int) gradients > 0 ? 1L << COUNT_SHIFT : 0;
        return g << GRADIENT_SHIFT | h << HESSIAN_SHIFT | one | row;
    }

    static int row(long entry) {
        return (int) entry & ROW_MASK;
    }

    static long gradient(long entry) {
        return entry >> GRADIENT_SHIFT;
    }

    static long hessian(long entry) {
        return entry >>> HESSIAN_SHIFT & HESSIAN_MASK;
    }

    /** 1 where the row counts, else 0. */
    static long count(long entry) {
        return entry >>> COUNT_SHIFT & 1;
    }

    /** 0 where the row adds nothing to any histogram, else 1. */
    static int isTaken(long entry) {
        return entry >>> COUNT_SHIFT != 0 ? 1 : 0;
    }
}
