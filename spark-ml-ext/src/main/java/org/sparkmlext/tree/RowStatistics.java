package org.sparkmlext.tree;

import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * What all ranks must know of all rows before the first round; integers and maxima only, hence exact.
 *
 * @param rows training rows
 * @param validationRows validation rows
 * @param hasWeights whether any row carries a weight
 * @param maxWeight largest weight of any row, training or validation
 * @param baseScore log-odds of the weighted share of label 1 among training rows
 */
record RowStatistics(long rows, long validationRows, boolean hasWeights, double maxWeight, float baseScore) {

    /** Log-odds stay within this, should one class have next to no weight. */
    private static final double MAX_LOG_ODDS = 15;

    static RowStatistics of(List<TableBlock> training, List<TableBlock> validation, Collective collective) {
        long[] counts = {numRows(training), numRows(validation)};
        collective.sum(counts, 0, counts.length);
        // Weights are finite and not negative, so their bits order as the numbers do.
        long[] weightBits = {
            Math.max(maxWeightBits(training), maxWeightBits(validation)),
            hasWeights(training) || hasWeights(validation) ? 1 : 0
        };
        collective.max(weightBits, 0, weightBits.length);
        double maxWeight = Float.intBitsToFloat((int) weightBits[0]);
        int exponent = FixedPoint.exponent(maxWeight, counts[0]);
        double unit = Math.scalb(1.0, exponent);
        long[] sums = weightByLabel(training, unit);
        collective.sum(sums, 0, sums.length);
        if (counts[0] > 0 && sums[0] + sums[1] == 0) {
            throw new InvalidTrainingDataException("all " + counts[0]
                    + " training rows have weight 0; at least one row of each class needs a positive weight");
        }
        if (sums[0] == 0 || sums[1] == 0) {
            throw new InvalidTrainingDataException("the training rows of positive weight hold a single class ("
                    + (sums[0] == 0 ? "1" : "0") + "); a binary classifier needs both 0 and 1");
        }
        long[] watched = weightByLabel(validation, Math.scalb(1.0, FixedPoint.exponent(maxWeight, counts[1])));
        collective.sum(watched, 0, watched.length);
        if (counts[1] > 0 && watched[0] + watched[1] == 0) {
            throw new InvalidTrainingDataException(
                    "all " + counts[1]
                            + " validation rows have weight 0, so they say nothing; give some a positive weight, or leave them out");
        }
        double logOdds = FixedMath.log((double) sums[1]) - FixedMath.log((double) sums[0]);
        float baseScore = (float) Math.max(-MAX_LOG_ODDS, Math.min(MAX_LOG_ODDS, logOdds));
        return new RowStatistics(counts[0], counts[1], weightBits[1] != 0, maxWeight, baseScore);
    }

    private static long numRows(List<TableBlock> blocks) {
        return blocks.stream().mapToLong(TableBlock::numRows).sum();
    }

    private static boolean hasWeights(List<TableBlock> blocks) {
        return blocks.stream().anyMatch(b -> b.weights() != null);
    }

    private static long maxWeightBits(List<TableBlock> blocks) {
        float max = 0;
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            if (weights == null) {
                max = Math.max(max, 1f);
            } else {
                for (int r = 0; r < block.numRows(); r++) {
                    max = Math.max(max, weights[r]);
                }
            }
        }
        return Float.floatToRawIntBits(max);
    }

    /** Weight of label 0 and of label 1, in fixed point. */
    private static long[] weightByLabel(List<TableBlock> blocks, double unit) {
        long[] sums = new long[2];
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            for (int r = 0; r < block.numRows(); r++) {
                long weight = weights == null ? (long) unit : (long) Math.rint(weights[r] * unit);
                sums[block.labels()[r] > 0.5f ? 1 : 0] += weight;
            }
        }
        return sums;
    }
}
