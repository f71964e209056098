package org.sparkmlext.kernels.cpu.graph;

/** Losses of {@code p = softmax(x)}. */
final class SoftmaxLosses {

    private SoftmaxLosses() {}

    private static double max(float[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (float value : x) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** Log of the sum of {@code exp(x)}. */
    private static double logSum(float[] x) {
        double max = max(x);
        double sum = 0;
        for (float value : x) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }

    /** {@code -(1 - s) log p[t] - s/K sum log p[k]}; the derivative is {@code p[k]} less the smoothed target. */
    record Sparse(double smoothing) implements LossFormula {

        @Override
        public double loss(float[] x, int label, float[] t) {
            double logSum = logSum(x);
            double loss = (1 - smoothing) * (logSum - x[label]);
            if (smoothing > 0) {
                double all = 0;
                for (float value : x) {
                    all += logSum - value;
                }
                loss += smoothing / x.length * all;
            }
            return loss;
        }

        @Override
        public void gradient(float[] x, int label, float[] t, double[] gradient) {
            double logSum = logSum(x);
            for (int k = 0; k < x.length; k++) {
                gradient[k] = Math.exp(x[k] - logSum) - smoothing / x.length;
            }
            gradient[label] -= 1 - smoothing;
        }
    }

    /** {@code -q^g log p[t]} with {@code q = 1 - p[t]}, summed from the other classes so that it keeps its digits near 0. */
    record Focal(double focusing) implements LossFormula {

        @Override
        public double loss(float[] x, int label, float[] t) {
            double logSum = logSum(x);
            return Math.pow(others(x, label, logSum), focusing) * (logSum - x[label]);
        }

        private static double others(float[] x, int label, double logSum) {
            double q = 0;
            for (int k = 0; k < x.length; k++) {
                if (k != label) {
                    q += Math.exp(x[k] - logSum);
                }
            }
            return q;
        }

        @Override
        public void gradient(float[] x, int label, float[] t, double[] gradient) {
            double logSum = logSum(x);
            double q = others(x, label, logSum);
            double power = Math.pow(q, focusing);
            double logP = x[label] - logSum;
            double bent = focusing * power * Math.exp(logP) * logP;
            for (int k = 0; k < x.length; k++) {
                double p = Math.exp(x[k] - logSum);
                gradient[k] = q == 0 ? 0 : k == label ? bent - power * q : p * power - bent * (p / q);
            }
        }
    }

    /** {@code -sum t[k] log p[k]}. */
    record OfProbabilities() implements LossFormula {

        @Override
        public double loss(float[] x, int label, float[] t) {
            double logSum = logSum(x);
            double loss = 0;
            for (int k = 0; k < x.length; k++) {
                if (t[k] != 0) {
                    loss += t[k] * (logSum - x[k]);
                }
            }
            return loss;
        }

        @Override
        public void gradient(float[] x, int label, float[] t, double[] gradient) {
            double logSum = logSum(x);
            double total = 0;
            for (float value : t) {
                total += value;
            }
            for (int k = 0; k < x.length; k++) {
                gradient[k] = total * Math.exp(x[k] - logSum) - t[k];
            }
        }
    }
}
