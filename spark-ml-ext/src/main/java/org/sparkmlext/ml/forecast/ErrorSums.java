package org.sparkmlext.ml.forecast;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.data.ExactSum;

/** Sums over forecast points, from which their {@link ForecastFigures} follow. Not for several threads. */
final class ErrorSums implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final double LEVELS_DIFFER = 1e-9;

    private final double[] levels;
    private final int[][] pairs;
    private final ExactSum absolute = new ExactSum();
    private final ExactSum squared = new ExactSum();
    private final ExactSum shares = new ExactSum();
    private final ExactSum symmetric = new ExactSum();
    private final ExactSum scaled = new ExactSum();
    private final ExactSum[] pinball;
    private final ExactSum[] widths;
    private final long[] below;
    private final long[] inside;
    private long count;
    private long missingActuals;
    private long missingForecasts;
    private long zeroActuals;
    private long unscaled;
    private long quantileCount;

    /** @param levels quantile levels, lowest first; may be empty */
    ErrorSums(double[] levels) {
        this.levels = levels;
        pinball = sums(levels.length);
        pairs = pairs(levels);
        widths = sums(pairs.length);
        below = new long[levels.length];
        inside = new long[pairs.length];
    }

    /** Places of the levels a and 1 - a, widest interval first. */
    private static int[][] pairs(double[] levels) {
        List<int[]> pairs = new ArrayList<>();
        for (int low = 0; low < levels.length; low++) {
            for (int high = levels.length - 1; high > low; high--) {
                if (Math.abs(levels[low] + levels[high] - 1) < LEVELS_DIFFER) {
                    pairs.add(new int[] {low, high});
                }
            }
        }
        return pairs.toArray(int[][]::new);
    }

    private static ExactSum[] sums(int count) {
        ExactSum[] sums = new ExactSum[count];
        for (int i = 0; i < count; i++) {
            sums[i] = new ExactSum();
        }
        return sums;
    }

    /**
     * @param actual not finite where it is unknown
     * @param forecast not finite where there is none
     * @param scale what the error is divided by for MASE; not finite or not above 0 where it is unknown
     * @param quantiles one forecast a level; left out as a whole where one is not finite
     */
    ErrorSums add(double actual, double forecast, double scale, double[] quantiles) {
        if (!Double.isFinite(actual)) {
            missingActuals++;
        } else if (!Double.isFinite(forecast)) {
            missingForecasts++;
        } else {
            addPoint(actual, forecast, scale);
            addQuantiles(actual, quantiles);
        }
        return this;
    }

    private void addPoint(double actual, double forecast, double scale) {
        double error = Math.abs(actual - forecast);
        count++;
        absolute.add(error);
        squared.addProduct(error, error);
        if (actual == 0) {
            zeroActuals++;
        } else {
            shares.add(error / Math.abs(actual));
        }
        double size = Math.abs(actual) + Math.abs(forecast);
        symmetric.add(size == 0 ? 0 : 2 * error / size);
        if (scale > 0 && scale < Double.POSITIVE_INFINITY) {
            scaled.add(error / scale);
        } else {
            unscaled++;
        }
    }

    private void addQuantiles(double actual, double[] quantiles) {
        for (double quantile : quantiles) {
            if (!Double.isFinite(quantile)) {
                return;
            }
        }
        quantileCount++;
        for (int i = 0; i < levels.length; i++) {
            double error = actual - quantiles[i];
            pinball[i].addProduct(error >= 0 ? levels[i] : levels[i] - 1, error);
            below[i] += error <= 0 ? 1 : 0;
        }
        for (int i = 0; i < inside.length; i++) {
            double low = quantiles[pairs[i][0]];
            double high = quantiles[pairs[i][1]];
            inside[i] += low <= actual && actual <= high ? 1 : 0;
            widths[i].add(high - low);
        }
    }

    /** Adds the other sums, of the same levels. */
    ErrorSums merge(ErrorSums other) {
        absolute.merge(other.absolute);
        squared.merge(other.squared);
        shares.merge(other.shares);
        symmetric.merge(other.symmetric);
        scaled.merge(other.scaled);
        for (int i = 0; i < levels.length; i++) {
            pinball[i].merge(other.pinball[i]);
            below[i] += other.below[i];
        }
        for (int i = 0; i < inside.length; i++) {
            widths[i].merge(other.widths[i]);
            inside[i] += other.inside[i];
        }
        count += other.count;
        missingActuals += other.missingActuals;
        missingForecasts += other.missingForecasts;
        zeroActuals += other.zeroActuals;
        unscaled += other.unscaled;
        quantileCount += other.quantileCount;
        return this;
    }

    ForecastFigures figures() {
        double mse = mean(squared, count);
        List<ForecastFigures.Quantile> quantiles = new ArrayList<>();
        List<ForecastFigures.Interval> intervals = new ArrayList<>();
        if (quantileCount > 0) {
            for (int i = 0; i < levels.length; i++) {
                quantiles.add(new ForecastFigures.Quantile(
                        levels[i], mean(pinball[i], quantileCount), (double) below[i] / quantileCount));
            }
            for (int i = 0; i < inside.length; i++) {
                intervals.add(new ForecastFigures.Interval(
                        levels[pairs[i][1]] - levels[pairs[i][0]],
                        (double) inside[i] / quantileCount,
                        mean(widths[i], quantileCount)));
            }
        }
        return new ForecastFigures(
                count,
                missingActuals,
                missingForecasts,
                mean(absolute, count),
                mse,
                Math.sqrt(mse),
                mean(shares, count - zeroActuals),
                zeroActuals,
                mean(symmetric, count),
                mean(scaled, count - unscaled),
                unscaled,
                quantiles,
                intervals);
    }

    private static double mean(ExactSum sum, long count) {
        return count == 0 ? Double.NaN : sum.value() / count;
    }
}
