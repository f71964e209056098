package org.sparkmlext.ml.forecast;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Forecasts without anything to learn (Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 5.2).
 * With y the history, T its length and h = 1, 2, ... the step:
 */
final class SimpleForecasts {

    private SimpleForecasts() {}

    /** A forecast from a few last values. */
    private record Remembering(int memory, Rule rule) implements SeriesForecaster {
        @Override
        public Model fit(double[] training) {
            return rule;
        }
    }

    private interface Rule extends SeriesForecaster.Model, Serializable {}

    /** The last value: {@code y[T]}. */
    static SeriesForecaster naive() {
        return new Remembering(1, (history, horizon) -> {
            double[] forecast = new double[horizon];
            Arrays.fill(forecast, history[history.length - 1]);
            return forecast;
        });
    }

    /** The value one season ago: {@code y[T + h - m (floor((h - 1) / m) + 1)]}; NaN where there is less than a season. */
    static SeriesForecaster seasonalNaive(int season) {
        return new Remembering(season, (history, horizon) -> {
            double[] forecast = new double[horizon];
            for (int h = 0; h < horizon; h++) {
                int place = history.length - season + h % season;
                forecast[h] = place < 0 ? Double.NaN : history[place];
            }
            return forecast;
        });
    }

    /** The line through the first and the last value: {@code y[T] + h (y[T] - y[1]) / (T - 1)}; NaN for one value. */
    static SeriesForecaster drift() {
        return training -> (history, horizon) -> {
            double last = history[history.length - 1];
            double slope = (last - history[0]) / (history.length - 1.0);
            double[] forecast = new double[horizon];
            for (int h = 0; h < horizon; h++) {
                forecast[h] = last + (h + 1) * slope;
            }
            return forecast;
        };
    }

    /** Mean of {@code |y[t] - y[t - season]|}, which scales MASE; NaN for no more than a season. */
    static double seasonalError(double[] training, int season) {
        double sum = 0;
        for (int t = season; t < training.length; t++) {
            sum += Math.abs(training[t] - training[t - season]);
        }
        return training.length <= season ? Double.NaN : sum / (training.length - season);
    }
}
