package org.sparkmlext.jobs.bench;

import java.util.SplittableRandom;

/**
 * The numbers of the benchmark set {@code higgs}: 21 low-level and 7 derived features as in the HIGGS set (Baldi, Sadowski and
 * Whiteson, 2014), the label from interactions plus Bernoulli noise. JDK only.
 */
final class HiggsNumbers extends GeneratedNumbers {
    private static final long serialVersionUID = 1L;

    static final int FEATURES = 28;
    static final long TRAIN_SEED = 1;

    private static final int LOW_LEVEL = 21;

    HiggsNumbers(long seed) {
        super(seed);
    }

    /** The features of a row, and behind them its label, 0 or 1. */
    float[] row(long id) {
        SplittableRandom random = random(id);
        double[] x = new double[FEATURES];
        for (int f = 0; f < LOW_LEVEL; f++) {
            x[f] = switch (f % 3) {
                case 0 -> -Math.log(1.0 - random.nextDouble());
                case 1 -> gaussian(random);
                default -> random.nextDouble() * 3.4 - 1.7;
            };
        }
        x[21] = Math.sqrt(x[0] * x[3] * (1.2 + Math.cos(x[2] - x[5]))) + 0.15 * gaussian(random);
        x[22] = Math.sqrt(x[6] * x[9] * (1.2 + Math.cos(x[8] - x[11]))) + 0.15 * gaussian(random);
        x[23] = x[1] * x[4] + 0.2 * gaussian(random);
        x[24] = Math.hypot(x[7], x[10]) + 0.1 * gaussian(random);
        x[25] = x[12] - x[15] + 0.3 * gaussian(random);
        x[26] = Math.abs(x[13] + x[16]) + 0.2 * gaussian(random);
        x[27] = x[14] * x[17] + 0.3 * gaussian(random);
        boolean positive = random.nextDouble() < sigmoid(1.45 * logit(x) + 0.35);
        float[] values = new float[FEATURES + 1];
        for (int f = 0; f < FEATURES; f++) {
            values[f] = (float) x[f];
        }
        values[FEATURES] = positive ? 1f : 0f;
        return values;
    }

    private static double logit(double[] x) {
        return 0.9 * Math.tanh(x[21] - 1.0)
                - 1.1 * Math.exp(-Math.pow(x[22] - 1.0, 2) * 2)
                + 0.7 * x[23] * (x[2] > 0 ? 1 : -0.4)
                + 0.6 * Math.sin(2 * x[24])
                + (x[12] > x[15] ? 0.5 * x[18] : -0.45 * x[18])
                + 0.4 * (x[26] > 1 ? x[19] : -x[20])
                + 0.5 * x[27]
                + 0.3 * x[1] * x[7]
                - 0.25 * x[10] * x[13]
                + 0.35 * Math.cos(3 * x[5])
                + 0.2 * x[4];
    }
}
