package org.sparkmlext.ml.forecast;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Ridge regression (Hoerl and Kennard, 1970) of each of the next values on the last {@code lags} values, shared by all series and targets.
 *
 * <p>With y the series, s its standard deviation in the training part, T the origin: {@code f[T + h] = y[T] + s (w[h] . x + c[h])} with
 * {@code x[i] = (y[T - lags + i] - y[T]) / s}. w and c minimise the squared errors over all whole windows of the training part, in units
 * of s, plus {@code penalty |w|^2}. Their normal equations are summed over the windows of a partition by its task, over partitions in
 * their order: the same bits for the same partitions.
 *
 * @param lags values looked back
 * @param penalty above 0
 */
record RidgeForecaster(int lags, double penalty) implements Forecaster {

    @Override
    public Dataset<Row> forecast(ForecastTask task) {
        return new LocalForecaster(fit(task)).forecast(task);
    }

    /** @throws IllegalArgumentException if no series has a whole window in its training part */
    Coefficients fit(ForecastTask task) {
        LagWindows windows = new LagWindows(lags, task.horizon());
        int targets = task.columns().channels().size();
        NormalEquations all = new NormalEquations(lags, task.horizon());
        EventTable.series(task.training(), task.columns())
                .mapPartitions(
                        series -> List.of(summed(series, targets, windows)).iterator())
                .collect()
                .forEach(all::merge);
        if (all.count() == 0) {
            throw new IllegalArgumentException(
                    "ridge regression on " + lags + " lags with a horizon of " + task.horizon()
                            + " needs series of at least " + (lags + task.horizon())
                            + " rows before the first origin, and there is none; take fewer lags or later origins");
        }
        return new Coefficients(lags, all.solve(penalty));
    }

    private static NormalEquations summed(Iterator<Series> series, int targets, LagWindows windows) {
        NormalEquations sums = new NormalEquations(windows.lags(), windows.horizon());
        double[] x = new double[windows.lags() + 1];
        double[] y = new double[windows.horizon()];
        x[windows.lags()] = 1;
        while (series.hasNext()) {
            Series one = series.next();
            for (int k = 0; k < targets; k++) {
                double[] values = one.past(k).upTo(one.times().length - 1, Integer.MAX_VALUE);
                double spread = LagWindows.spread(values);
                for (int start = 0; start < windows.count(values.length); start++) {
                    windows.copyLags(values, start, spread, x);
                    windows.copyNext(values, start, spread, y);
                    sums.add(x, y);
                }
            }
        }
        return sums;
    }

    /**
     * A fitted regression.
     *
     * @param memory the lags
     * @param weights for each step, one after the other, a weight a lag, then the constant
     */
    record Coefficients(int memory, double[] weights) implements SeriesForecaster {

        @Override
        public Model fit(double[] training) {
            double spread = LagWindows.spread(training);
            return (history, horizon) -> {
                double[] forecast = new double[horizon];
                if (history.length < memory) {
                    Arrays.fill(forecast, Double.NaN);
                    return forecast;
                }
                double last = history[history.length - 1];
                for (int h = 0; h < horizon; h++) {
                    int at = h * (memory + 1);
                    double sum = weights[at + memory] * spread;
                    for (int i = 0; i < memory; i++) {
                        sum += weights[at + i] * (history[i] - last);
                    }
                    forecast[h] = last + sum;
                }
                return forecast;
            };
        }
    }
}
