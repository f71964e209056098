package org.sparkmlext.tree;

/** Exponents of fixed-point sums, from global maxima and row counts only. */
final class FixedPoint {

    private static final int MAX_EXPONENT = 40;

    private FixedPoint() {}

    /** The largest exponent (up to 40 for values of 1 and more) with which {@code rows} values of up to {@code max} sum to less than 2^62. */
    static int exponent(double max, long rows) {
        int bitsOfMax = max > 0 ? Math.getExponent(max) + 1 : 0;
        int bitsOfRows = 64 - Long.numberOfLeadingZeros(Math.max(1, rows));
        // Numbers that are all small keep as many digits as others.
        int most = MAX_EXPONENT - Math.min(0, bitsOfMax);
        return Math.min(most, 62 - bitsOfMax - bitsOfRows);
    }
}
