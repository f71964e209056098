package org.sparkmlext.kernels.tree;

/**
 * exp and log as fixed sequences of IEEE double operations, the same bits on every device and JVM.
 *
 * <p>{@link Math#exp} may differ by an ulp between JVMs and devices. Errors here stay below 2e-15 relative for exp and
 * 4e-15 absolute for log on the ranges boosting uses, which the tests check against {@link StrictMath}.
 */
public final class FixedMath {

    private static final double LOG2E = 1.4426950408889634;
    private static final double LN2_HIGH = 6.93147180369123816490e-01;
    private static final double LN2_LOW = 1.90821492927058770002e-10;
    /** Beyond this exp is treated as saturated: sigmoid is 0 or 1 far below any fixed-point unit. */
    private static final double EXP_LIMIT = 700;

    private FixedMath() {}

    /** e to the power {@code x}; {@code x} is clamped to [-700, 700]. NaN stays NaN. */
    public static double exp(double x) {
        double c = x < -EXP_LIMIT ? -EXP_LIMIT : (x > EXP_LIMIT ? EXP_LIMIT : x);
        double k = Math.rint(c * LOG2E);
        double r = (c - k * LN2_HIGH) - k * LN2_LOW;
        // Taylor of degree 13 on |r| <= ln(2)/2: the rest is below 2^-57.
        double p = 1.6059043836821613e-10;
        p = p * r + 2.08767569878681e-09;
        p = p * r + 2.505210838544172e-08;
        p = p * r + 2.755731922398589e-07;
        p = p * r + 2.7557319223985893e-06;
        p = p * r + 2.48015873015873e-05;
        p = p * r + 1.984126984126984e-04;
        p = p * r + 1.3888888888888889e-03;
        p = p * r + 8.333333333333333e-03;
        p = p * r + 4.1666666666666664e-02;
        p = p * r + 1.6666666666666666e-01;
        p = p * r + 0.5;
        p = p * r + 1.0;
        p = p * r + 1.0;
        return p * Double.longBitsToDouble(((long) k + 1023) << 52);
    }

    /** 1 / (1 + exp(-x)). */
    public static double sigmoid(double x) {
        return 1.0 / (1.0 + exp(-x));
    }

    /** Natural logarithm of a normal positive number. */
    public static double log(double x) {
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

    /** log(1 + exp(x)): the logistic loss of a margin. */
    public static double softplus(double x) {
        double magnitude = x < 0 ? -x : x;
        double positive = x > 0 ? x : 0.0;
        return positive + log(1.0 + exp(-magnitude));
    }
}
