package org.sparkmlext.kernels.tree;

/**
 * exp and log as fixed sequences of IEEE double operations, the same bits on every device and JVM.
 *
 * <p>{@link Math#exp} may differ by an ulp between JVMs and devices. Errors here stay below 2e-15 relative for exp and
 * 4e-15 absolute for log on the ranges boosting uses, which the tests check against {@link StrictMath}. Both take a table
 * of 32 entries and a short polynomial (Tang, ACM TOMS 15, 1989, and 16, 1990); the polynomials are grouped so that few
 * operations wait for each other. The grouping is part of the definition: other back ends follow it.
 */
public final class FixedMath {

    private static final double INVERSE_STEP = 0x1.71547652b82fep5;
    /** ln(2)/32 in two parts; the first has so few bits that its multiples by step numbers are exact. */
    private static final double STEP_HIGH = 6.93147180369123816490e-01 / 32;

    private static final double STEP_LOW = 1.90821492927058770002e-10 / 32;
    /** Adding it rounds to a whole number, which then stands in the low bits. */
    private static final double ROUNDER = 0x1.8p52;
    /** Beyond this exp is treated as saturated: sigmoid is 0 or 1 far below any fixed-point unit. */
    private static final double EXP_LIMIT = 700;

    private static final double LN2_HIGH = 6.93147180369123816490e-01;
    private static final double LN2_LOW = 1.90821492927058770002e-10;

    private static final long ONE_BITS = Double.doubleToRawLongBits(1.0);

    private FixedMath() {}

    /** e to the power {@code x}; {@code x} is clamped to [-700, 700]. NaN stays NaN. */
    public static double exp(double x) {
        double c = x < -EXP_LIMIT ? -EXP_LIMIT : (x > EXP_LIMIT ? EXP_LIMIT : x);
        // x = (32 e + j) ln(2)/32 + r, so exp(x) = 2^e 2^(j/32) exp(r) with |r| <= ln(2)/64.
        double t = c * INVERSE_STEP + ROUNDER;
        long k = Double.doubleToRawLongBits(t);
        double steps = t - ROUNDER;
        double r = (c - steps * STEP_HIGH) - steps * STEP_LOW;
        // exp(r) - 1 to degree 6: the rest is below 4e-18.
        double q = r * r;
        double upper = (1.0 / 24.0 + r * (1.0 / 120.0)) + q * (1.0 / 720.0);
        double p = r + q * ((0.5 + r * (1.0 / 6.0)) + q * upper);
        // Adding to the exponent's bits multiplies by 2^e; within the clamp every result is a normal number.
        double head = Double.longBitsToDouble(FixedMathTables.EXP2_BITS[(int) k & 31] + ((k >> 5) << 52));
        return head + head * p;
    }

    /** 1 / (1 + exp(-x)), accurate to the last bits at both ends: {@code e = exp(-|x|); (x has a minus sign ? e : 1) / (1 + e)}. */
    public static double sigmoid(double x) {
        double e = exp(-Math.abs(x));
        double q = 1.0 / (1.0 + e);
        return oneOr(e, x) * q;
    }

    /** 1, or {@code e} where x has a minus sign; no branch, since signs of scores are hard to predict. */
    public static double oneOr(double e, double x) {
        long mask = Double.doubleToRawLongBits(x) >> 63;
        return Double.longBitsToDouble((Double.doubleToRawLongBits(e) & mask) | (ONE_BITS & ~mask));
    }

    /** max(x, 0), without a branch; 0 for a NaN with a minus sign. */
    public static double positivePart(double x) {
        long bits = Double.doubleToRawLongBits(x);
        return Double.longBitsToDouble(bits & ~(bits >> 63));
    }

    /** Natural logarithm; -infinity of 0, NaN of a negative number. */
    public static double log(double x) {
        if (!(x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE)) {
            return logOfOther(x);
        }
        long bits = Double.doubleToRawLongBits(x);
        // Take m in [sqrt(1/2), sqrt(2)) so that log(m) is small and does not cancel.
        long shifted = bits - 0x3FE6A09E00000000L;
        long e = shifted >> 52;
        double m = Double.longBitsToDouble(bits - (e << 52));
        double f = m - 1.0;
        double s = f / (2.0 + f);
        double z = s * s;
        // atanh series: log(m) = 2 (s + s^3/3 + s^5/5 + ...), |s| <= 0.1716.
        double p = 1.0 / 23.0;
        p = p * z + 1.0 / 21.0;
        p = p * z + 1.0 / 19.0;
        p = p * z + 1.0 / 17.0;
        p = p * z + 1.0 / 15.0;
        p = p * z + 1.0 / 13.0;
        p = p * z + 1.0 / 11.0;
        p = p * z + 1.0 / 9.0;
        p = p * z + 1.0 / 7.0;
        p = p * z + 1.0 / 5.0;
        p = p * z + 1.0 / 3.0;
        double logM = 2.0 * s + 2.0 * s * (z * p);
        return e * LN2_HIGH + (logM + e * LN2_LOW);
    }

    private static double logOfOther(double x) {
        if (x > 0 && x < Double.MIN_NORMAL) {
            return log(x * 0x1p54) - 54 * (LN2_HIGH + LN2_LOW);
        }
        return x == 0 ? Double.NEGATIVE_INFINITY : x > 0 ? x : Double.NaN;
    }

    /** x to the power y, as {@code exp(y * log(x))}: relative error up to 4e-15 times {@code 1 + |y log x|}. */
    public static double pow(double x, double y) {
        return exp(y * log(x));
    }

    /** log(1 + exp(x)): {@code max(x, 0) + logOnePlus(exp(-|x|))}. NaN stays NaN. */
    public static double softplus(double x) {
        return positivePart(x) + logOnePlus(exp(-Math.abs(x)));
    }

    /** log(1 + x) for x in [0, 1], to an absolute error below 1e-15. */
    public static double logOnePlus(double x) {
        // Rounding x / 32 less a half picks the part of [1, 2] that 1 + x lies in; a hair less than 32, or 1 would be
        // in none.
        int j = (int) Double.doubleToRawLongBits((x * 0x1.ffffp4 - 0.5) + ROUNDER) & 31;
        // 1 + x = (1 + z) / INVERSE[j] with |z| <= 1/64 and a hair; log(1 + z) to degree 8: the rest is below 1e-17.
        double z = (1.0 + x) * FixedMathTables.INVERSE[j] - 1.0;
        double q = z * z;
        double low = (-0.5 + z * (1.0 / 3.0)) + q * (-0.25 + z * 0.2);
        double high = (-1.0 / 6.0 + z * (1.0 / 7.0)) - q * 0.125;
        return FixedMathTables.LOG[j] + (z + q * (low + (q * q) * high));
    }
}
