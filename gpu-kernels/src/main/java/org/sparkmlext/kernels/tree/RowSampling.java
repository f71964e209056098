package org.sparkmlext.kernels.tree;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;

/**
 * Which rows a tree sees: row {@code r} is in the bag when {@code mix(rowKey[r] ^ salt) >>> 11 < threshold}, where
 * {@code mix} is the finaliser of SplitMix64 (Steele et al., OOPSLA 2014):
 * {@code z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9; z = (z ^ (z >>> 27)) * 0x94D049BB133111EB; z ^ (z >>> 31)}.
 *
 * @param salt changes with seed and round
 * @param threshold {@code round(rate * 2^53)}
 */
public record RowSampling(long salt, long threshold) {

    /** Sampling with a rate in (0, 1]. */
    public static RowSampling of(long salt, double rate) {
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException("sampling rate is " + rate + "; it must lie in (0, 1]");
        }
        return new RowSampling(salt, (long) (rate * 0x1p53));
    }

    /** @throws IllegalArgumentException if only one of the two is there */
    public static void requireKeys(@Nullable RowSampling sampling, @Nullable Buffer rowKeys) {
        if ((sampling == null) != (rowKeys == null)) {
            throw new IllegalArgumentException("sampling and rowKeys go together; only "
                    + (sampling == null ? "rowKeys" : "sampling") + " was given");
        }
    }

    /** Whether the row of this key is in the bag. */
    public boolean contains(long rowKey) {
        return (mix(rowKey ^ salt) >>> 11) < threshold;
    }

    /** The finaliser of SplitMix64. */
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
