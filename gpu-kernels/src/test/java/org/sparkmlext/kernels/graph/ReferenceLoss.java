package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import org.sparkmlext.kernels.graph.LossFunction.BinaryCrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.CrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.DenseCrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.Huber;
import org.sparkmlext.kernels.graph.LossFunction.Quantile;
import org.sparkmlext.kernels.graph.LossFunction.SquaredError;

/** {@link Loss}, its gradient and {@link Correct}, row by row. */
final class ReferenceLoss {

    private ReferenceLoss() {}

    /** {@code {weighted sum of losses, sum of weights}}. */
    static double[][] loss(LossFunction function, Tensor[] inputs) {
        double sum = 0;
        double weights = 0;
        for (int n = 0; n < inputs[0].shape().size(0); n++) {
            double weight = inputs[2].numbers()[n];
            weights += weight;
            if (weight != 0) {
                sum += weight * ofRow(function, row(inputs[0], n), inputs[1], n);
            }
        }
        return new double[][] {{sum}, {weights}};
    }

    static double[] gradient(LossFunction function, Tensor[] inputs) {
        int width = inputs[0].shape().size(1);
        double[] dx = new double[inputs[0].numbers().length];
        for (int n = 0; n < inputs[0].shape().size(0); n++) {
            double weight = inputs[2].numbers()[n];
            if (weight != 0) {
                double[] derivative = derivative(function, row(inputs[0], n), inputs[1], n);
                for (int k = 0; k < width; k++) {
                    dx[n * width + k] = weight * derivative[k];
                }
            }
        }
        return dx;
    }

    private static double[] row(Tensor predictions, int n) {
        int width = predictions.shape().size(1);
        return Arrays.copyOfRange(predictions.numbers(), n * width, (n + 1) * width);
    }

    private static double ofRow(LossFunction function, double[] x, Tensor targets, int n) {
        double sum = 0;
        if (function instanceof CrossEntropy loss) {
            double[] logs = logSoftmax(x);
            int target = (int) targets.integers()[n];
            double smoothing = loss.labelSmoothing();
            for (double log : logs) {
                sum -= smoothing / x.length * log;
            }
            double own = -logs[target] * (1 - smoothing);
            return loss.focusing() > 0 ? Math.pow(-Math.expm1(logs[target]), loss.focusing()) * own : own + sum;
        }
        double[] t = row(targets, n);
        if (function instanceof DenseCrossEntropy) {
            double[] logs = logSoftmax(x);
            for (int k = 0; k < x.length; k++) {
                sum -= t[k] * logs[k];
            }
            return sum;
        }
        for (int k = 0; k < x.length; k++) {
            double e = x[k] - t[k / (x.length / t.length)];
            if (function instanceof Quantile quantile) {
                double level = quantile.levels().get(k % quantile.levels().size());
                sum += e < 0 ? -level * e : (1 - level) * e;
            } else if (function instanceof BinaryCrossEntropy loss) {
                sum += binary(loss, x[k], t[k]);
            } else if (function instanceof SquaredError) {
                sum += e * e;
            } else if (function instanceof Huber huber) {
                double delta = huber.delta();
                sum += Math.abs(e) <= delta ? e * e / 2 : delta * (Math.abs(e) - delta / 2);
            } else {
                sum += Math.abs(e);
            }
        }
        return sum / x.length;
    }

    private static double binary(BinaryCrossEntropy loss, double x, double target) {
        if (loss.focusing() > 0) {
            double z = target > 0.5 ? x : -x;
            return Math.pow(ReferenceActivation.sigmoid(-z), loss.focusing()) * ReferenceActivation.softplus(-z);
        }
        double smoothing = loss.labelSmoothing();
        double t = target * (1 - smoothing) + smoothing / 2;
        return t * ReferenceActivation.softplus(-x) + (1 - t) * ReferenceActivation.softplus(x);
    }

    private static double[] derivative(LossFunction function, double[] x, Tensor targets, int n) {
        double[] d = new double[x.length];
        if (function instanceof CrossEntropy loss) {
            double[] logs = logSoftmax(x);
            int target = (int) targets.integers()[n];
            double smoothing = loss.labelSmoothing();
            double factor = loss.focusing() > 0 ? focus(logs[target], loss.focusing()) : 1;
            for (int k = 0; k < x.length; k++) {
                double t = (k == target ? 1 - smoothing : 0) + smoothing / x.length;
                d[k] = factor * (Math.exp(logs[k]) - t);
            }
            return d;
        }
        double[] t = row(targets, n);
        if (function instanceof DenseCrossEntropy) {
            double[] logs = logSoftmax(x);
            double total = Arrays.stream(t).sum();
            for (int k = 0; k < x.length; k++) {
                d[k] = total * Math.exp(logs[k]) - t[k];
            }
            return d;
        }
        for (int k = 0; k < x.length; k++) {
            double e = x[k] - t[k / (x.length / t.length)];
            if (function instanceof Quantile quantile) {
                double level = quantile.levels().get(k % quantile.levels().size());
                d[k] = e < 0 ? -level : e > 0 ? 1 - level : 0;
            } else if (function instanceof BinaryCrossEntropy loss) {
                d[k] = binaryDerivative(loss, x[k], t[k]);
            } else if (function instanceof SquaredError) {
                d[k] = 2 * e;
            } else if (function instanceof Huber huber) {
                d[k] = Math.min(Math.max(e, -huber.delta()), huber.delta());
            } else {
                d[k] = Math.signum(e);
            }
            d[k] /= x.length;
        }
        return d;
    }

    private static double binaryDerivative(BinaryCrossEntropy loss, double x, double target) {
        if (loss.focusing() > 0) {
            double sign = target > 0.5 ? 1 : -1;
            double logQ = -ReferenceActivation.softplus(-sign * x);
            double wrong = ReferenceActivation.sigmoid(-sign * x);
            return -sign * wrong * focus(logQ, loss.focusing());
        }
        double smoothing = loss.labelSmoothing();
        double t = target * (1 - smoothing) + smoothing / 2;
        return ReferenceActivation.sigmoid(x) - t;
    }

    /**
     * What focusing g makes of the derivative of {@code -log q}: {@code (1 - q)^g - g q (1 - q)^(g - 1) log q}, which goes to 0 with
     * {@code 1 - q}.
     */
    private static double focus(double logQ, double g) {
        double rest = -Math.expm1(logQ);
        return rest == 0 ? 0 : Math.pow(rest, g) - g * Math.exp(logQ) * Math.pow(rest, g - 1) * logQ;
    }

    private static double[] logSoftmax(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double sum = 0;
        for (double v : x) {
            sum += Math.exp(v - max);
        }
        double[] logs = new double[x.length];
        for (int k = 0; k < x.length; k++) {
            logs[k] = x[k] - max - Math.log(sum);
        }
        return logs;
    }

    static double correct(Tensor[] inputs) {
        double sum = 0;
        for (int n = 0; n < inputs[0].shape().size(0); n++) {
            double[] x = row(inputs[0], n);
            double right;
            if (inputs[1].type().element() == Element.INT) {
                int best = 0;
                for (int k = 1; k < x.length; k++) {
                    best = x[k] > x[best] ? k : best;
                }
                right = best == inputs[1].integers()[n] ? 1 : 0;
            } else {
                double[] t = row(inputs[1], n);
                right = 0;
                for (int k = 0; k < x.length; k++) {
                    right += (x[k] > 0) == (t[k] > 0.5) ? 1.0 / x.length : 0;
                }
            }
            sum += inputs[2].numbers()[n] * right;
        }
        return sum;
    }
}
