package org.sparkmlext.kernels.tree;

/** Losses and metrics as a textbook has them, in {@link StrictMath}: nothing of how the kernels compute them. */
final class Textbook {

    private Textbook() {}

    /** {@code {gradient, hessian}} of one output. */
    static double[] gradient(PointwiseLoss loss, int output, float[] scores, float label) {
        double y = label;
        double s = scores[output];
        double a = loss.parameter();
        return switch (loss.kind()) {
            case LOGISTIC -> new double[] {logistic(s) - y, logistic(s) * logistic(-s)};
            case SOFTMAX -> {
                double p = softmax(scores, output);
                double hessian = p * (1 - p) * scores.length / (scores.length - 1.0);
                yield new double[] {p - (output == (int) y ? 1 : 0), hessian};
            }
            case SQUARED -> new double[] {s - y, 1};
            case ABSOLUTE -> new double[] {Double.compare(s, y), 1};
            case HUBER -> new double[] {Math.abs(s - y) <= a ? s - y : a * Math.signum(s - y), 1};
            case QUANTILE -> new double[] {s >= y ? 1 - a : -a, 1};
            case POISSON -> new double[] {StrictMath.exp(s) - y, StrictMath.exp(s + 0.7)};
            case GAMMA -> new double[] {1 - y / StrictMath.exp(s), y / StrictMath.exp(s)};
            case TWEEDIE -> {
                double mean = StrictMath.exp(s);
                double left = y * StrictMath.pow(mean, 1 - a);
                double right = StrictMath.pow(mean, 2 - a);
                yield new double[] {right - left, (2 - a) * right + (a - 1) * left};
            }
        };
    }

    static double metric(RowMetric metric, float[] scores, float label) {
        double y = label;
        double s = scores[0];
        double a = metric.parameter();
        double mean = StrictMath.exp(s);
        return switch (metric.kind()) {
            case LOGLOSS -> -(y * StrictMath.log(logistic(s)) + (1 - y) * StrictMath.log(logistic(-s)));
            case ERROR -> (logistic(s) > 0.5 ? 1 : 0) == y ? 0 : 1;
            case MULTI_LOGLOSS -> -StrictMath.log(softmax(scores, (int) label));
            case MULTI_ERROR -> {
                double most = 0;
                for (int k = 0; k < scores.length; k++) {
                    most = Math.max(most, softmax(scores, k));
                }
                yield softmax(scores, (int) label) == most ? 0 : 1;
            }
            case SQUARED_ERROR -> StrictMath.pow(s - y, 2);
            case ABSOLUTE_ERROR -> Math.abs(s - y);
            case HUBER -> Math.abs(s - y) <= a ? (s - y) * (s - y) / 2 : a * Math.abs(s - y) - a * a / 2;
            case PINBALL -> Math.max(a * (y - s), (a - 1) * (y - s));
            case POISSON_DEVIANCE -> 2 * ((y == 0 ? 0 : y * StrictMath.log(y / mean)) - (y - mean));
            case GAMMA_DEVIANCE -> 2 * (y / mean - 1 - StrictMath.log(y / mean));
            // Jorgensen (1987), for 1 < p < 2.
            case TWEEDIE_DEVIANCE ->
                2
                        * (StrictMath.pow(y, 2 - a) / ((1 - a) * (2 - a))
                                - y * StrictMath.pow(mean, 1 - a) / (1 - a)
                                + StrictMath.pow(mean, 2 - a) / (2 - a));
        };
    }

    private static double logistic(double s) {
        return 1 / (1 + StrictMath.exp(-s));
    }

    private static double softmax(float[] scores, int k) {
        double sum = 0;
        for (float score : scores) {
            sum += StrictMath.exp((double) score - scores[k]);
        }
        return 1 / sum;
    }
}
