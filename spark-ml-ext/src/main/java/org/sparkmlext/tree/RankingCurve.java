package org.sparkmlext.tree;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.sparkmlext.collective.Collective;

/**
 * Both areas as integer sums over the groups of equal score, from the highest score down.
 *
 * <p>With TP and FP the weights scored at least as high as the group, p and n those of the group:
 * twice the ordered pairs are {@code sum n (2 (TP - p) + p)}, exact; average precision is {@code sum p TP / (TP + FP)} over
 * all positive weight, each term rounded to a double and kept to 2^-40 of the weight's unit. A term follows from global
 * integers alone, whichever rank computes it, and integers are summed: the order of rows and the number of ranks change
 * no bit.
 */
final class RankingCurve {

    private static final int PRECISION_BITS = 40;
    private static final double PRECISION_UNIT = Math.scalb(1.0, PRECISION_BITS);

    private final WideSum doubledPairs = new WideSum();
    private final WideSum precision = new WideSum();

    private long groupPositive;
    private long groupNegative;

    /** Adds weight to the group of the present score. */
    void add(boolean isPositive, long weight) {
        if (isPositive) {
            groupPositive += weight;
        } else {
            groupNegative += weight;
        }
    }

    /** Ends the group; {@code above}, the weights that score higher, takes it in. */
    void endGroup(RankingWeights above) {
        doubledPairs.addProduct(groupNegative, 2 * above.positive() + groupPositive);
        above.add(groupPositive, groupNegative);
        if (groupPositive > 0) {
            double truePositive = above.positive();
            double term = groupPositive * (truePositive / (truePositive + above.negative()));
            long whole = (long) term;
            precision.add(whole >>> (64 - PRECISION_BITS), whole << PRECISION_BITS);
            precision.add(0, (long) Math.rint((term - whole) * PRECISION_UNIT));
        }
        groupPositive = 0;
        groupNegative = 0;
    }

    /** The areas over all ranks, whose totals are {@code all}. Collective. */
    RankingQuality quality(RankingWeights all, Collective collective) {
        long[] limbs = new long[2 * WideSum.LIMBS];
        doubledPairs.writeLimbs(limbs, 0);
        precision.writeLimbs(limbs, WideSum.LIMBS);
        collective.sum(limbs, 0, limbs.length);
        BigInteger positive = BigInteger.valueOf(all.positive());
        BigInteger negative = BigInteger.valueOf(all.negative());
        return new RankingQuality(
                ratio(WideSum.ofLimbs(limbs, 0), positive.multiply(negative).shiftLeft(1)),
                Math.min(1, ratio(WideSum.ofLimbs(limbs, WideSum.LIMBS), positive.shiftLeft(PRECISION_BITS))));
    }

    private static double ratio(BigInteger numerator, BigInteger denominator) {
        if (denominator.signum() == 0) {
            return Double.NaN;
        }
        return new BigDecimal(numerator)
                .divide(new BigDecimal(denominator), MathContext.DECIMAL128)
                .doubleValue();
    }
}
