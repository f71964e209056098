package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExponentialSmoothingTest {

    /** NIST/SEMATECH e-Handbook of Statistical Methods, section 6.4.3.5; fitted there: single alpha 0.977, double 0.3623 and 1.0. */
    private static final double[] NIST = {6.4, 5.6, 7.8, 8.8, 11, 11.6, 16.7, 15.3, 21.6, 22.4};

    /** The equations of the Javadoc, every level, trend and season kept. Gives forecasts, then the sum of squared one-step errors. */
    private static double[] naive(double[] y, int m, boolean hasTrend, double[] weights, int horizon) {
        int n = y.length;
        double[] level = new double[n];
        double[] trend = new double[n];
        double[] season = new double[n];
        int start = m > 1 ? m - 1 : 0;
        if (m > 1) {
            level[start] = Arrays.stream(y, 0, m).average().orElseThrow();
            trend[start] = (Arrays.stream(y, m, 2 * m).average().orElseThrow() - level[start]) / m;
            for (int i = 0; i < m; i++) {
                season[i] = y[i] - level[start];
            }
        } else {
            level[0] = y[0];
            trend[0] = hasTrend ? ((y[1] - y[0]) + (y[2] - y[1]) + (y[3] - y[2])) / 3 : 0;
        }
        double squares = 0;
        for (int t = start + 1; t < n; t++) {
            double past = m > 1 ? season[t - m] : 0;
            squares += Math.pow(y[t] - (level[t - 1] + trend[t - 1] + past), 2);
            level[t] = weights[0] * (y[t] - past) + (1 - weights[0]) * (level[t - 1] + trend[t - 1]);
            trend[t] = hasTrend ? weights[1] * (level[t] - level[t - 1]) + (1 - weights[1]) * trend[t - 1] : 0;
            season[t] = m > 1 ? weights[2] * (y[t] - level[t]) + (1 - weights[2]) * past : 0;
        }
        double[] result = new double[horizon + 1];
        for (int h = 1; h <= horizon; h++) {
            result[h - 1] = level[n - 1] + h * trend[n - 1] + (m > 1 ? season[n - m + (h - 1) % m] : 0);
        }
        result[horizon] = squares;
        return result;
    }

    private static double[] seasonal(int length, long seed) {
        Random random = new Random(seed);
        double[] y = new double[length];
        for (int t = 0; t < length; t++) {
            y[t] = 20 + 0.3 * t + 5 * Math.sin(2 * Math.PI * t / 7) + random.nextGaussian();
        }
        return y;
    }

    @Test
    void theRecursionIsThatOfTheEquations() {
        double[] y = seasonal(60, 1);
        record Case(ExponentialSmoothing smoothing, double... weights) {}
        for (Case c : new Case[] {
            new Case(ExponentialSmoothing.simple(), 0.4),
            new Case(ExponentialSmoothing.holt(), 0.4, 0.2),
            new Case(ExponentialSmoothing.holtWinters(7), 0.4, 0.2, 0.3),
            new Case(ExponentialSmoothing.holtWinters(7), 0, 0, 1),
            new Case(ExponentialSmoothing.holtWinters(5), 1, 1, 0)
        }) {
            double[] expected = naive(y, c.smoothing.season(), c.smoothing.hasTrend(), c.weights, 16);
            ExponentialSmoothing.State state = c.smoothing.run(y, c.weights);
            assertThat(state.forecast(16)).containsExactly(Arrays.copyOf(expected, 16), within(1e-9));
            assertThat(state.squaredErrors()).isCloseTo(expected[16], within(1e-8));
        }
    }

    @Test
    void weightsAreThoseOfThePublishedExample() {
        double[] single = ExponentialSmoothing.simple().weights(NIST);
        assertThat(single[0]).isCloseTo(0.977, within(1e-3));
        assertThat(naive(NIST, 1, false, single, 1)[1] / 9).isCloseTo(8.8867, within(0.011));
        double[] twice = ExponentialSmoothing.holt().weights(NIST);
        assertThat(twice[0]).isCloseTo(0.3623, within(1e-3));
        assertThat(twice[1]).isCloseTo(1.0, within(1e-6));
        assertThat(naive(NIST, 1, true, twice, 1)[1] / 9).isCloseTo(3.7024, within(0.03));
    }

    @Test
    void weightsHaveLessErrorThanAnyOfAFineGrid() {
        double[] y = seasonal(90, 5);
        ExponentialSmoothing smoothing = ExponentialSmoothing.holtWinters(7);
        double[] weights = smoothing.weights(y);
        double least = naive(y, 7, true, weights, 1)[1];
        for (int i = 0; i < 21 * 21 * 21; i++) {
            double[] other = {i % 21 / 20.0, i / 21 % 21 / 20.0, i / 441 / 20.0};
            assertThat(naive(y, 7, true, other, 1)[1])
                    .as(Arrays.toString(other))
                    .isGreaterThanOrEqualTo(least * (1 - 1e-9));
        }
        for (double weight : weights) {
            assertThat(weight).isBetween(0.0, 1.0);
        }
    }

    @Test
    void aPureLineAndAPureSeasonAreContinued() {
        double[] y = new double[42];
        for (int t = 0; t < y.length; t++) {
            y[t] = 3 + 0.5 * t + new double[] {1, -2, 0, 4, 0, -1, -2}[t % 7];
        }
        double[] forecast = ExponentialSmoothing.holtWinters(7).fit(y).forecast(y, 14);
        for (int h = 0; h < 14; h++) {
            int t = y.length + h;
            assertThat(forecast[h]).isCloseTo(3 + 0.5 * t + new double[] {1, -2, 0, 4, 0, -1, -2}[t % 7], within(0.6));
        }
    }

    @Test
    void seriesTooShortForASeasonOrATrendDoWithout() {
        assertThat(ExponentialSmoothing.holtWinters(7).fit(new double[] {4}).forecast(new double[] {4}, 2))
                .containsExactly(4, 4);
        double[] y = seasonal(20, 3);
        assertThat(ExponentialSmoothing.holtWinters(7).fit(y).forecast(y, 9))
                .containsExactly(ExponentialSmoothing.holt().fit(y).forecast(y, 9));
        double[] longer = seasonal(40, 3);
        assertThat(ExponentialSmoothing.holtWinters(7).fit(y).forecast(longer, 9))
                .as("a season has come since training")
                .containsExactly(ExponentialSmoothing.holtWinters(7).fit(longer).forecast(longer, 9));
        assertThat(ExponentialSmoothing.holt().fit(new double[0]).forecast(new double[] {1, 1, 1}, 1))
                .containsExactly(1);
    }
}
