package org.sparkmlext.ml.forecast;

import java.util.List;

/**
 * The quality of forecasts f of actuals y, each figure a mean over the points that it is defined for; NaN where there is none. Sums are
 * exact, so partitioning and order change nothing.
 *
 * <p>Formulas and names follow Hyndman and Koehler, "Another look at measures of forecast accuracy" (2006), and, for quantiles, Koenker
 * and Bassett, "Regression quantiles" (1978).
 *
 * @param count points with an actual and a forecast: what {@code mae}, {@code mse}, {@code rmse} and {@code smape} are means over
 * @param missingActuals points left out because the actual is null or not finite
 * @param missingForecasts points left out because there is no forecast, or none that is finite
 * @param mae mean of {@code |y - f|}, in units of the target
 * @param mse mean of {@code (y - f)^2}
 * @param rmse square root of {@code mse}
 * @param mape mean of {@code |y - f| / |y|} as a share, over points whose actual is not 0
 * @param zeroActuals points that {@code mape} leaves out because their actual is 0
 * @param smape mean of {@code 2 |y - f| / (|y| + |f|)} as a share, between 0 and 2; 0 where both are 0
 * @param mase mean of {@code |y - f| / q}, with q the mean error of the seasonal naive forecast of one season on the series' own
 *     training part; below 1 is better than that one was in training
 * @param unscaled points that {@code mase} leaves out because q is unknown or 0: series that are constant or no longer than a season
 * @param quantiles the figures of each quantile level, lowest first; empty where no quantiles were forecast
 * @param intervals the figures of each pair of levels a and 1 - a, widest first
 */
public record ForecastFigures(
        long count,
        long missingActuals,
        long missingForecasts,
        double mae,
        double mse,
        double rmse,
        double mape,
        long zeroActuals,
        double smape,
        double mase,
        long unscaled,
        List<Quantile> quantiles,
        List<Interval> intervals) {

    public ForecastFigures {
        quantiles = List.copyOf(quantiles);
        intervals = List.copyOf(intervals);
    }

    /**
     * A quantile forecast f at a level a.
     *
     * @param pinball mean of {@code max(a (y - f), (a - 1) (y - f))}, in units of the target
     * @param below share of actuals at or below the forecast; {@code level} if the forecast is calibrated
     */
    public record Quantile(double level, double pinball, double below) {}

    /**
     * The interval between two quantile forecasts, its ends included.
     *
     * @param nominal share of actuals that should lie in it, {@code 1 - 2 a}
     * @param coverage share of actuals that do
     * @param width mean width, in units of the target
     */
    public record Interval(double nominal, double coverage, double width) {}

    /** Mean pinball loss over all levels; NaN without quantiles. */
    public double pinball() {
        return quantiles.stream().mapToDouble(Quantile::pinball).average().orElse(Double.NaN);
    }
}
