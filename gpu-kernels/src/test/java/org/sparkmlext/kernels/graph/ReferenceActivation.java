package org.sparkmlext.kernels.graph;

/** {@link Activation}, {@link Softmax} and their gradients. */
final class ReferenceActivation {

    private ReferenceActivation() {}

    static double apply(Activation op, double x) {
        return switch (op.function()) {
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : op.alpha() * x;
            case ELU -> x > 0 ? x : op.alpha() * Math.expm1(x);
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
            case GELU -> x * normal(x);
            case SWISH -> x * sigmoid(x);
            case SOFTPLUS -> softplus(x);
            case HARD_SWISH -> x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
        };
    }

    /** The derivative, from y or x as the function is read. */
    static double derivative(Activation.Gradient op, double read) {
        return switch (op.function()) {
            case RELU -> read > 0 ? 1 : 0;
            case LEAKY_RELU -> read > 0 ? 1 : op.alpha();
            case ELU -> read > 0 ? 1 : read + op.alpha();
            case SIGMOID -> read * (1 - read);
            case TANH -> 1 - read * read;
            case GELU -> normal(read) + read * Math.exp(-read * read / 2) / Math.sqrt(2 * Math.PI);
            case SWISH -> sigmoid(read) * (1 + read * sigmoid(-read));
            case SOFTPLUS -> sigmoid(read);
            case HARD_SWISH -> read <= -3 ? 0 : read >= 3 ? 1 : read / 3 + 0.5;
        };
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** Distribution function of the standard normal. */
    private static double normal(double x) {
        return (1 + erf(x / Math.sqrt(2))) / 2;
    }

    /** {@code 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1))}: all terms of one sign, so nothing cancels. */
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** @param lengths of the rows, or null where all elements take part */
    static double[] softmax(double[] x, Shape shape, long[] lengths) {
        int width = shape.size(shape.rank() - 1);
        double[] y = new double[x.length];
        for (int from = 0; from < x.length; from += width) {
            int length = lengths == null ? width : (int) lengths[from / shape.elementsPerRow()];
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < length; k++) {
                max = Math.max(max, x[from + k]);
            }
            double sum = 0;
            for (int k = 0; k < length; k++) {
                y[from + k] = Math.exp(x[from + k] - max);
                sum += y[from + k];
            }
            for (int k = 0; k < length; k++) {
                y[from + k] /= sum;
            }
        }
        return y;
    }

    /** {@code dx[k] = y[k] (dy[k] - sum over j of dy[j] y[j])}. */
    static double[] softmaxGradient(double[] dy, double[] y, int width) {
        double[] dx = new double[y.length];
        for (int from = 0; from < y.length; from += width) {
            double sum = 0;
            for (int k = from; k < from + width; k++) {
                sum += dy[k] * y[k];
            }
            for (int k = from; k < from + width; k++) {
                dx[k] = y[k] * (dy[k] - sum);
            }
        }
        return dx;
    }
}
