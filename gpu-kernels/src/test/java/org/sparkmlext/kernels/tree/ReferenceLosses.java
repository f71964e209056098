package org.sparkmlext.kernels.tree;

/** Losses and metrics of one row, written down from their definitions. */
public final class ReferenceLosses {

    private ReferenceLosses() {}

    /** Unweighted {@code {gradient, hessian}} of one output of a row. */
    public static double[] gradient(PointwiseLoss loss, int output, float[] scores, float label) {
        double s = scores[output];
        double y = label;
        double a = loss.parameter();
        return switch (loss.kind()) {
            case LOGISTIC -> {
                double e = FixedMath.exp(-Math.abs(s));
                double q = 1 / (1 + e);
                boolean hasMinus = Double.doubleToRawLongBits(s) < 0;
                yield new double[] {(hasMinus ? e * q : q) - y, (e * q) * q};
            }
            case SOFTMAX -> {
                int numClasses = scores.length;
                double p = FixedMath.exp(s - max(scores)) * (1 / sumOfExponentials(scores));
                double hessian = (p * (1 - p)) * (numClasses / (numClasses - 1.0));
                yield new double[] {output == y ? p - 1 : p, hessian};
            }
            case SQUARED -> new double[] {s - y, 1};
            case ABSOLUTE -> new double[] {Math.signum(s - y), 1};
            case HUBER -> new double[] {s - y > a ? a : s - y < -a ? -a : s - y, 1};
            case QUANTILE -> new double[] {s >= y ? 1 - a : -a, 1};
            case POISSON -> new double[] {FixedMath.exp(s) - y, FixedMath.exp(s) * FixedMath.exp(0.7)};
            case GAMMA -> {
                double t = y * FixedMath.exp(-s);
                yield new double[] {1 - t, t};
            }
            case TWEEDIE -> {
                double left = y * FixedMath.exp((1 - a) * s);
                double right = FixedMath.exp((2 - a) * s);
                yield new double[] {right - left, (2 - a) * right - (1 - a) * left};
            }
        };
    }

    /** Unweighted metric of a row. */
    public static double metric(RowMetric metric, float[] scores, float label) {
        double s = scores[0];
        double y = label;
        double a = metric.parameter();
        double d = Math.abs(s - y);
        return switch (metric.kind()) {
            case LOGLOSS -> (Math.max(s, 0) - y * s) + FixedMath.logOnePlus(FixedMath.exp(-Math.abs(s)));
            case ERROR -> (s > 0) != (y > 0.5) ? 1 : 0;
            case MULTI_LOGLOSS -> {
                boolean isClass = label == (int) label && label >= 0 && label < scores.length;
                yield isClass
                        ? (max(scores) - scores[(int) label]) + FixedMath.log(sumOfExponentials(scores))
                        : Double.NaN;
            }
            case MULTI_ERROR -> {
                int best = 0;
                for (int k = 1; k < scores.length; k++) {
                    best = scores[k] > scores[best] ? k : best;
                }
                yield best == y ? 0 : 1;
            }
            case SQUARED_ERROR -> (s - y) * (s - y);
            case ABSOLUTE_ERROR -> d;
            case HUBER -> d <= a ? 0.5 * d * d : a * (d - 0.5 * a);
            case PINBALL -> y - s >= 0 ? a * (y - s) : (a - 1) * (y - s);
            case POISSON_DEVIANCE -> {
                double information = y > 0 ? y * (FixedMath.log(y) - s) : 0;
                yield 2 * ((information - y) + FixedMath.exp(s));
            }
            case GAMMA_DEVIANCE -> 2 * (((s - FixedMath.log(y)) + y * FixedMath.exp(-s)) - 1);
            case TWEEDIE_DEVIANCE -> {
                double one = 1 - a;
                double two = 2 - a;
                double saturated = y > 0 ? FixedMath.pow(y, two) / (one * two) : 0;
                yield 2 * ((saturated - y * FixedMath.exp(one * s) / one) + FixedMath.exp(two * s) / two);
            }
        };
    }

    private static double max(float[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            max = Math.max(max, score);
        }
        return max;
    }

    private static double sumOfExponentials(float[] scores) {
        double sum = 0;
        for (float score : scores) {
            sum += FixedMath.exp(score - max(scores));
        }
        return sum;
    }
}
