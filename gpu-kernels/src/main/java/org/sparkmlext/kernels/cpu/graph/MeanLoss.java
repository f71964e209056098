package org.sparkmlext.kernels.cpu.graph;

/** Mean over the outputs of a row of a term of prediction and target. */
record MeanLoss(Term term) implements LossFormula {

    /** Loss of one output. */
    interface Term {
        double loss(double x, double t);

        /** Derivative by x. */
        double slope(double x, double t);
    }

    @Override
    public double loss(float[] x, int label, float[] t) {
        double sum = 0;
        for (int k = 0; k < x.length; k++) {
            sum += term.loss(x[k], t[k]);
        }
        return sum / x.length;
    }

    @Override
    public void gradient(float[] x, int label, float[] t, double[] gradient) {
        for (int k = 0; k < x.length; k++) {
            gradient[k] = term.slope(x[k], t[k]) / x.length;
        }
    }

    /** Cross-entropy of {@code sigmoid(x)} and the smoothed target. */
    record Binary(double smoothing) implements Term {
        @Override
        public double loss(double x, double t) {
            return Math.max(x, 0) - x * smoothed(t) + Math.log1p(Math.exp(-Math.abs(x)));
        }

        @Override
        public double slope(double x, double t) {
            return 1 / (1 + Math.exp(-x)) - smoothed(t);
        }

        private double smoothed(double t) {
            return t * (1 - smoothing) + smoothing / 2;
        }
    }

    /** {@code -(1 - q)^g log q} with {@code q = sigmoid(z)}, {@code z} = x or -x as the target says. */
    record FocalBinary(double focusing) implements Term {
        @Override
        public double loss(double x, double t) {
            double z = t > 0.5 ? x : -x;
            return -Math.pow(1 / (1 + Math.exp(z)), focusing) * logSigmoid(z);
        }

        @Override
        public double slope(double x, double t) {
            double z = t > 0.5 ? x : -x;
            double rest = 1 / (1 + Math.exp(z));
            double q = 1 / (1 + Math.exp(-z));
            double slope = Math.pow(rest, focusing) * (focusing * q * logSigmoid(z) - rest);
            return t > 0.5 ? slope : -slope;
        }

        private static double logSigmoid(double z) {
            return Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
        }
    }

    /** {@code (x - t)^2}. */
    record Squared() implements Term {
        @Override
        public double loss(double x, double t) {
            return (x - t) * (x - t);
        }

        @Override
        public double slope(double x, double t) {
            return 2 * (x - t);
        }
    }

    /** {@code |x - t|}. */
    record Absolute() implements Term {
        @Override
        public double loss(double x, double t) {
            return Math.abs(x - t);
        }

        @Override
        public double slope(double x, double t) {
            return Math.signum(x - t);
        }
    }

    /** Squared near 0, linear from delta on. */
    record HuberTerm(double delta) implements Term {
        @Override
        public double loss(double x, double t) {
            double error = Math.abs(x - t);
            return error <= delta ? error * error / 2 : delta * (error - delta / 2);
        }

        @Override
        public double slope(double x, double t) {
            return Math.max(-delta, Math.min(delta, x - t));
        }
    }
}
