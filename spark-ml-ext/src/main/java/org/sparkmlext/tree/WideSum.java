package org.sparkmlext.tree;

import java.math.BigInteger;

/**
 * A sum of non-negative integers in 128 bits, to be summed over ranks as four limbs of 32 bits.
 *
 * <p>The caller sees to it that the sum stays below 2^127. Limbs of up to 2^31 ranks add up in a long each.
 */
final class WideSum {

    /** Longs that {@link #writeLimbs} fills. */
    static final int LIMBS = 4;

    private static final long LIMB_MASK = 0xffffffffL;

    private long high;
    private long low;

    /** Adds {@code a * b}; both at least 0. */
    void addProduct(long a, long b) {
        add(Math.multiplyHigh(a, b), a * b);
    }

    /** Adds {@code high * 2^64 + low}, {@code low} read as unsigned. */
    void add(long high, long low) {
        long sum = this.low + low;
        this.high += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        this.low = sum;
    }

    /** Writes the limbs, lowest first. */
    void writeLimbs(long[] limbs, int at) {
        limbs[at] = low & LIMB_MASK;
        limbs[at + 1] = low >>> 32;
        limbs[at + 2] = high & LIMB_MASK;
        limbs[at + 3] = high >>> 32;
    }

    /** The number whose limbs, after the sum over ranks, stand at {@code at}. */
    static BigInteger ofLimbs(long[] limbs, int at) {
        BigInteger sum = BigInteger.ZERO;
        for (int limb = LIMBS - 1; limb >= 0; limb--) {
            sum = sum.shiftLeft(32).add(BigInteger.valueOf(limbs[at + limb]));
        }
        return sum;
    }
}
