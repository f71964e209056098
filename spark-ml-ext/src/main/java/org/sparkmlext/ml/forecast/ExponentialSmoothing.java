package org.sparkmlext.ml.forecast;

import java.util.Arrays;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Exponential smoothing: simple (Brown, 1956), with a trend (Holt, 1957), with trend and additive season (Winters, 1960).
 *
 * <p>With level l, trend b, season s, season length m and weights alpha, beta, gamma in [0, 1]:
 *
 * <pre>
 * forecast  f[t + h] = l[t] + h b[t] + s[t - m + 1 + (h - 1) mod m]
 * level     l[t] = alpha (y[t] - s[t - m]) + (1 - alpha) (l[t - 1] + b[t - 1])
 * trend     b[t] = beta (l[t] - l[t - 1]) + (1 - beta) b[t - 1]
 * season    s[t] = gamma (y[t] - l[t]) + (1 - gamma) s[t - m]
 * </pre>
 *
 * without b in the simple one and without s but with a season. The start is {@code l[1] = y[1]}, {@code b[1]} the mean of the first three
 * differences (NIST/SEMATECH e-Handbook, sections 6.4.3.1 and 6.4.3.3); with a season {@code l[m]} is the mean of the first season,
 * {@code b[m]} the mean of {@code (y[m + i] - y[i]) / m}, {@code s[i] = y[i] - l[m]} (Makridakis, Wheelwright and Hyndman, "Forecasting:
 * methods and applications", 1998, section 4/3). The weights minimise the sum of squared one-step errors on the training part: the best
 * point of a grid, from which a Nelder-Mead search goes on.
 *
 * @param season length m in rows; 1 is without a season
 * @param hasTrend whether there is a trend; a season always has one
 */
record ExponentialSmoothing(int season, boolean hasTrend) implements SeriesForecaster {

    private static final double[] ALPHAS = {0.1, 0.3, 0.6, 0.9};
    private static final double[] BETAS = {0.01, 0.1, 0.5};
    private static final double[] GAMMAS = {0.05, 0.3, 0.7};
    private static final int MOST_EVALUATIONS = 400;
    private static final double FIRST_STEP = 0.1;
    private static final double TOLERANCE = 1e-10;
    private static final int DIFFERENCES = 3;

    static ExponentialSmoothing simple() {
        return new ExponentialSmoothing(1, false);
    }

    static ExponentialSmoothing holt() {
        return new ExponentialSmoothing(1, true);
    }

    /** @param season at least 2 */
    static ExponentialSmoothing holtWinters(int season) {
        return new ExponentialSmoothing(season, true);
    }

    /** The kind for a series that may be too short: a season takes three of them, a trend five values. */
    private ExponentialSmoothing forLength(int length) {
        if (season > 1 && length < 3 * season) {
            return holt().forLength(length);
        }
        return season == 1 && hasTrend && length < 5 ? simple() : this;
    }

    @Override
    public Model fit(double[] training) {
        ExponentialSmoothing kind = forLength(training.length);
        double[] weights = kind.weights(training);
        return (history, horizon) -> {
            ExponentialSmoothing possible = forLength(history.length);
            // A series that had no season in training may have some by now, or a sliding window has none left.
            return possible.equals(kind)
                    ? kind.run(history, weights).forecast(horizon)
                    : possible.run(history, possible.weights(history)).forecast(horizon);
        };
    }

    /** Number of weights: alpha, then beta, then gamma. */
    private int numWeights() {
        return season > 1 ? 3 : hasTrend ? 2 : 1;
    }

    /** The weights with the least sum of squared one-step errors. */
    double[] weights(double[] training) {
        int n = numWeights();
        double[] best = new double[n];
        double least = Double.POSITIVE_INFINITY;
        for (double alpha : ALPHAS) {
            for (double beta : n > 1 ? BETAS : new double[1]) {
                for (double gamma : n > 2 ? GAMMAS : new double[1]) {
                    double[] weights = Arrays.copyOf(new double[] {alpha, beta, gamma}, n);
                    double error = run(training, weights).squaredErrors;
                    if (error < least) {
                        least = error;
                        best = weights;
                    }
                }
            }
        }
        if (least == 0 || least == Double.POSITIVE_INFINITY) {
            return best;
        }
        double unit = least;
        // Outside the bounds the value at the bound, made worse, so that the search comes back.
        MultivariateFunction error = point -> {
            double[] bounded = bounded(point);
            double outside = 0;
            for (int i = 0; i < n; i++) {
                outside += Math.abs(point[i] - bounded[i]);
            }
            return run(training, bounded).squaredErrors / unit + outside;
        };
        SearchLimit limit = new SearchLimit();
        double[] found = new SimplexOptimizer(limit)
                .optimize(
                        new MaxEval(Integer.MAX_VALUE),
                        new ObjectiveFunction(error),
                        GoalType.MINIMIZE,
                        new InitialGuess(best),
                        new NelderMeadSimplex(n, FIRST_STEP))
                .getPoint();
        double[] weights = bounded(found);
        return run(training, weights).squaredErrors < least ? weights : best;
    }

    private static double[] bounded(double[] point) {
        return Arrays.stream(point).map(w -> Math.max(0, Math.min(1, w))).toArray();
    }

    /** Ends the search when it stands still, or is at it for long. */
    private static final class SearchLimit extends SimpleValueChecker {
        private SearchLimit() {
            super(TOLERANCE, -1, MOST_EVALUATIONS);
        }
    }

    /** Goes through a series. */
    State run(double[] y, double[] weights) {
        return new State(y, weights);
    }

    /** Where the recursion stands after a series. */
    final class State {
        private double level;
        private double trend;
        private final double[] seasonal;
        private final int length;
        private double squaredErrors;

        private State(double[] y, double[] weights) {
            length = y.length;
            seasonal = new double[season];
            if (length > 0) {
                int start = season > 1 ? startSeason(y) : startLevel(y);
                go(y, start, weights);
            }
        }

        private int startLevel(double[] y) {
            level = y[0];
            int last = Math.min(DIFFERENCES, length - 1);
            trend = hasTrend && last > 0 ? (y[last] - y[0]) / last : 0;
            return 1;
        }

        private int startSeason(double[] y) {
            for (int i = 0; i < season; i++) {
                level += y[i] / season;
                trend += (y[season + i] - y[i]) / season / season;
            }
            for (int i = 0; i < season; i++) {
                seasonal[i] = y[i] - level;
            }
            return season;
        }

        private void go(double[] y, int start, double[] weights) {
            double alpha = weights[0];
            double beta = weights.length > 1 ? weights[1] : 0;
            double gamma = weights.length > 2 ? weights[2] : 0;
            int phase = start % season;
            for (int t = start; t < y.length; t++) {
                double expected = level + trend;
                double error = y[t] - expected - seasonal[phase];
                squaredErrors += error * error;
                double before = level;
                level = expected + alpha * error;
                trend += beta * (level - before - trend);
                if (season > 1) {
                    seasonal[phase] += gamma * (y[t] - level - seasonal[phase]);
                }
                phase = phase + 1 == season ? 0 : phase + 1;
            }
        }

        /** Sum of squared one-step errors, without the rows of the start. */
        double squaredErrors() {
            return squaredErrors;
        }

        double[] forecast(int horizon) {
            double[] forecast = new double[horizon];
            for (int h = 0; h < horizon; h++) {
                forecast[h] = level + (h + 1) * trend + seasonal[(length + h) % season];
            }
            return forecast;
        }
    }
}
