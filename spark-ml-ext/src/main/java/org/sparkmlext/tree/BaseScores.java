package org.sparkmlext.tree;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * The raw scores that a model starts from, one an output: the best constant of its loss. Exact sums over ranks; quantiles
 * are not among them, see {@link WeightedQuantiles}.
 */
final class BaseScores {

    /** Log-odds stay within this, should one class have next to no weight. */
    private static final double MAX_LOG_ODDS = 15;

    private BaseScores() {}

    /** Collective. Zeros for losses whose best constant is a quantile, and for a user's own. */
    static float[] of(Objective objective, RowStatistics statistics, List<TableBlock> training, Collective collective) {
        return switch (objective.kind()) {
            case LOGISTIC, SOFTMAX -> {
                long[] weights = weightByClass(statistics, training, collective);
                yield objective.kind() == Objective.Kind.LOGISTIC ? logOdds(weights) : logShares(weights);
            }
            case SQUARED, HUBER -> new float[] {(float) mean(training, collective)};
            case POISSON, GAMMA, TWEEDIE -> new float[] {logMean(training, collective)};
            case ABSOLUTE, QUANTILE, CUSTOM -> new float[objective.numOutputs(0)];
            case AUTO -> throw new IllegalArgumentException("the objective auto has no base score; resolve it first");
        };
    }

    private static float[] logOdds(long[] weights) {
        return new float[] {bounded(FixedMath.log((double) weights[1]) - FixedMath.log((double) weights[0]))};
    }

    /** The logarithm of each class's share of the weight: softmax of it gives the shares back. */
    private static float[] logShares(long[] weights) {
        double total = 0;
        for (long weight : weights) {
            total += weight;
        }
        float[] scores = new float[weights.length];
        for (int k = 0; k < weights.length; k++) {
            scores[k] = bounded(FixedMath.log((double) weights[k]) - FixedMath.log(total));
        }
        return scores;
    }

    private static float bounded(double logOdds) {
        return (float) Math.max(-MAX_LOG_ODDS, Math.min(MAX_LOG_ODDS, logOdds));
    }

    /** Weight of each class, in fixed point; every class has some. */
    private static long[] weightByClass(RowStatistics statistics, List<TableBlock> blocks, Collective collective) {
        double unit = Math.scalb(1.0, FixedPoint.exponent(statistics.maxWeight(), statistics.rows()));
        long[] sums = new long[statistics.numClasses()];
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            for (int r = 0; r < block.numRows(); r++) {
                long weight = weights == null ? (long) unit : (long) Math.rint(weights[r] * unit);
                sums[(int) block.labels()[r]] += weight;
            }
        }
        collective.sum(sums, 0, sums.length);
        requireEveryClass(sums, statistics.rows());
        return sums;
    }

    private static void requireEveryClass(long[] sums, long rows) {
        List<Integer> missing = IntStream.range(0, sums.length)
                .filter(k -> sums[k] == 0)
                .boxed()
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        if (missing.size() == sums.length) {
            throw new InvalidTrainingDataException("all " + rows
                    + " training rows have weight 0; at least one row of each class needs a positive weight");
        }
        String list = missing.stream().limit(20).map(String::valueOf).collect(Collectors.joining(", "));
        if (sums.length == 2) {
            throw new InvalidTrainingDataException("the training rows of positive weight hold a single class ("
                    + (1 - missing.get(0)) + "); a binary classifier needs both 0 and 1");
        }
        throw new InvalidTrainingDataException(
                "the training rows of positive weight hold no row of " + missing.size() + " of the " + sums.length
                        + " classes: " + list + (missing.size() > 20 ? ", ..." : "")
                        + ". Number the classes without gaps, or give rows of each a positive weight.");
    }

    private static double mean(List<TableBlock> blocks, Collective collective) {
        double[] units = units(blocks, collective);
        // Sums of numbers above 0, of the others, and of the weights: limbs hold no sign.
        int negative = MetricSums.LIMBS;
        int total = 2 * MetricSums.LIMBS;
        long[] sums = new long[3 * MetricSums.LIMBS];
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            for (int r = 0; r < block.numRows(); r++) {
                double weight = (weights == null ? 1.0 : weights[r]) * units[1];
                double term = weight * (block.labels()[r] * units[0]);
                MetricSums.add(Math.abs(term), sums, term < 0 ? negative : 0);
                MetricSums.add(weight, sums, total);
            }
        }
        MetricSums.carry(sums);
        collective.sum(sums, 0, sums.length);
        MetricSums.carry(sums);
        double weight = MetricSums.value(sums, total);
        if (weight == 0) {
            throw new InvalidTrainingDataException(
                    "all training rows have weight 0; at least one row needs a positive weight");
        }
        return (MetricSums.value(sums, 0) - MetricSums.value(sums, negative)) / weight / units[0];
    }

    /**
     * Powers of two that bring the largest label and the largest weight of any rank near 1, so that sums of numbers of any
     * size keep the same digits.
     */
    private static double[] units(List<TableBlock> blocks, Collective collective) {
        float maxLabel = 0;
        float maxWeight = 0;
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            for (int r = 0; r < block.numRows(); r++) {
                maxLabel = Math.max(maxLabel, Math.abs(block.labels()[r]));
                maxWeight = Math.max(maxWeight, weights == null ? 1f : weights[r]);
            }
        }
        float[] maxima = {maxLabel, maxWeight};
        collective.max(maxima, 0, maxima.length);
        return new double[] {unit(maxima[0]), unit(maxima[1])};
    }

    private static double unit(float max) {
        return max > 0 ? Math.scalb(1.0, -Math.getExponent((double) max)) : 1.0;
    }

    private static float logMean(List<TableBlock> blocks, Collective collective) {
        double mean = mean(blocks, collective);
        if (!(mean > 0)) {
            throw new InvalidTrainingDataException(
                    "the labels of all training rows of positive weight are 0; a log-link objective needs some above 0");
        }
        return (float) FixedMath.log(mean);
    }
}
