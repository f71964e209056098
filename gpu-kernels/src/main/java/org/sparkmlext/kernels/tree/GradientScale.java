package org.sparkmlext.kernels.tree;

/**
 * The fixed-point units of gradients and hessians in one round.
 *
 * <p>Row {@code r} holds {@code g = rint(gradient * 2^gradientExponent)} with {@code |g| <= 2^30} and
 * {@code h = rint(hessian * 2^hessianExponent)} with {@code 0 <= h <= 2^30}; an in-bag row of positive weight has
 * {@code h >= 1}. The exponents follow from global maxima only, so that every rank and every partitioning uses the same.
 *
 * <p>Histograms are summed in one of two precisions:
 * <ul>
 *   <li>{@code FINE}: the values as they are;
 *   <li>{@code COARSE}: {@code (g + 2^14) >> 15} and {@code (h + 2^13) >> 14}, 16 bits each, so that both fit one 64-bit
 *       add. Its sums are in units {@code 2^15} and {@code 2^14} times larger. Not for gradients with a far outlier.
 * </ul>
 * Leaf values always come from the values as they are ({@link TreeKernels#leafSums}).
 *
 * @param gradientExponent binary exponent of gradients
 * @param hessianExponent binary exponent of hessians
 * @param precision precision of histograms
 */
public record GradientScale(int gradientExponent, int hessianExponent, Precision precision) {

    /** Largest absolute fixed-point value of a row. */
    public static final int MAX_FIXED = 1 << 30;

    /** Bits dropped from a gradient in a coarse histogram. */
    public static final int COARSE_GRADIENT_SHIFT = 15;

    /** Bits dropped from a hessian in a coarse histogram. */
    public static final int COARSE_HESSIAN_SHIFT = 14;

    /** Scores far beyond saturation have hessians down to 1e-304: 2 to a larger exponent would be infinite or its unit 0. */
    private static final int MAX_EXPONENT = 1000;

    /** Precision of histogram sums. */
    public enum Precision {
        COARSE,
        FINE
    }

    /**
     * The scale for values up to the given global maxima.
     *
     * @param maxGradient largest absolute gradient of any rank; 0 is allowed
     * @param maxHessian largest hessian of any rank; 0 is allowed
     */
    public static GradientScale of(double maxGradient, double maxHessian, Precision precision) {
        return new GradientScale(exponent(maxGradient), exponent(maxHessian), precision);
    }

    /** Value of one unit of a histogram's gradient sums. */
    public double histogramGradientUnit() {
        return Math.scalb(1.0, (precision == Precision.COARSE ? COARSE_GRADIENT_SHIFT : 0) - gradientExponent);
    }

    /** Value of one unit of a histogram's hessian sums. */
    public double histogramHessianUnit() {
        return Math.scalb(1.0, (precision == Precision.COARSE ? COARSE_HESSIAN_SHIFT : 0) - hessianExponent);
    }

    /** Value of one unit of {@link TreeKernels#leafSums}' gradient sums. */
    public double gradientUnit() {
        return Math.scalb(1.0, -gradientExponent);
    }

    /** Value of one unit of {@link TreeKernels#leafSums}' hessian sums. */
    public double hessianUnit() {
        return Math.scalb(1.0, -hessianExponent);
    }

    private static int exponent(double max) {
        if (!(max >= 0) || Double.isInfinite(max)) {
            throw new IllegalArgumentException("maximum " + max + " is not a finite number >= 0");
        }
        // max < 2^(e+1), hence max * 2^(29-e) < 2^30: powers of two only, so that the scale does not wobble.
        return max == 0 ? 0 : Math.min(MAX_EXPONENT, 29 - Math.getExponent(max));
    }
}
