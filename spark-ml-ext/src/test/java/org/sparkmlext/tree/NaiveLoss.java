package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The losses as their formulas say, in doubles, for {@link NaiveBoosting}. */
interface NaiveLoss {

    /** What a model starts from, one an output. */
    double[] base(double[] labels, double[] weights);

    /** Derivatives of one row, weights left out. */
    void fill(double[] scores, double label, double[] gradients, double[] hessians);

    /** The quantile that is a leaf's value; NaN where it is a Newton step. */
    default double leafQuantile(int output) {
        return Double.NaN;
    }

    /** Derivatives of a loss of one score. */
    interface Derivative {
        double of(double score, double label);
    }

    /** The base score of a loss of one score. */
    interface Constant {
        double of(double[] labels, double[] weights);
    }

    static NaiveLoss of(Constant base, Derivative gradient, Derivative hessian, double leafQuantile) {
        return new NaiveLoss() {
            @Override
            public double[] base(double[] labels, double[] weights) {
                return new double[] {base.of(labels, weights)};
            }

            @Override
            public void fill(double[] scores, double label, double[] gradients, double[] hessians) {
                gradients[0] = gradient.of(scores[0], label);
                hessians[0] = hessian.of(scores[0], label);
            }

            @Override
            public double leafQuantile(int output) {
                return leafQuantile;
            }
        };
    }

    static double sigmoid(double s) {
        return 1 / (1 + Math.exp(-s));
    }

    NaiveLoss LOGISTIC = of(
            (y, w) -> {
                double p = mean(y, w);
                return Math.log(p / (1 - p));
            },
            (s, y) -> sigmoid(s) - y,
            (s, y) -> sigmoid(s) * (1 - sigmoid(s)),
            Double.NaN);

    NaiveLoss SQUARED = of(NaiveLoss::mean, (s, y) -> s - y, (s, y) -> 1, Double.NaN);

    NaiveLoss POISSON =
            of((y, w) -> Math.log(mean(y, w)), (s, y) -> Math.exp(s) - y, (s, y) -> Math.exp(s + 0.7), Double.NaN);

    NaiveLoss GAMMA =
            of((y, w) -> Math.log(mean(y, w)), (s, y) -> 1 - y * Math.exp(-s), (s, y) -> y * Math.exp(-s), Double.NaN);

    static NaiveLoss huber(double delta) {
        return of(NaiveLoss::mean, (s, y) -> Math.max(-delta, Math.min(delta, s - y)), (s, y) -> 1, Double.NaN);
    }

    static NaiveLoss tweedie(double p) {
        return of(
                (y, w) -> Math.log(mean(y, w)),
                (s, y) -> -y * Math.exp((1 - p) * s) + Math.exp((2 - p) * s),
                (s, y) -> -y * (1 - p) * Math.exp((1 - p) * s) + (2 - p) * Math.exp((2 - p) * s),
                Double.NaN);
    }

    NaiveLoss ABSOLUTE =
            of((y, w) -> quantile(y, w, 0.5), (s, y) -> Math.signum((float) s - (float) y), (s, y) -> 1, 0.5);

    static NaiveLoss quantile(double level) {
        return of(
                (y, w) -> quantile(y, w, level),
                (s, y) -> (float) s >= (float) y ? 1 - level : -level,
                (s, y) -> 1,
                level);
    }

    static NaiveLoss softmax(int classes) {
        return new NaiveLoss() {
            @Override
            public double[] base(double[] labels, double[] weights) {
                double total = Arrays.stream(weights).sum();
                return IntStream.range(0, classes)
                        .mapToDouble(k -> Math.log(IntStream.range(0, labels.length)
                                        .filter(r -> labels[r] == k)
                                        .mapToDouble(r -> weights[r])
                                        .sum()
                                / total))
                        .toArray();
            }

            @Override
            public void fill(double[] scores, double label, double[] gradients, double[] hessians) {
                double z = Arrays.stream(scores).map(Math::exp).sum();
                for (int k = 0; k < classes; k++) {
                    double p = Math.exp(scores[k]) / z;
                    gradients[k] = p - (label == k ? 1 : 0);
                    hessians[k] = classes / (classes - 1.0) * p * (1 - p);
                }
            }
        };
    }

    static double mean(double[] values, double[] weights) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weights[i] * values[i];
        }
        return sum / Arrays.stream(weights).sum();
    }

    /** The smallest value up to which the values hold the share of the weight. */
    static double quantile(double[] values, double[] weights, double level) {
        double total = Arrays.stream(weights).sum();
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i)
                .toArray();
        double sum = 0;
        for (int i : order) {
            sum += weights[i];
            if (sum >= level * total - 1e-12) {
                return values[i];
            }
        }
        return 0;
    }
}
