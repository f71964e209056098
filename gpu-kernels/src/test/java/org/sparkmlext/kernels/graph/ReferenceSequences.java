package org.sparkmlext.kernels.graph;

import java.util.Arrays;

/** Ops on sequences N x T x K. */
final class ReferenceSequences {

    private ReferenceSequences() {}

    /** Input {@code index}, or all steps where there is none. */
    static long[] lengths(Tensor[] in, int index, int rows, int steps) {
        if (in.length > index) {
            return in[index].integers();
        }
        long[] all = new long[rows];
        Arrays.fill(all, steps);
        return all;
    }

    /** Outputs of an op on sequences; null where it is none. */
    static Object[] compute(Op op, Tensor[] in, Shape out) {
        if (op instanceof Recurrent recurrent) {
            return new Object[] {new ReferenceRecurrent(recurrent.cell(), in, 0).h(), new long[out.elements()]};
        } else if (op instanceof Recurrent.Gradient gradient) {
            return new ReferenceRecurrent(gradient.cell(), in, 3).gradient(in[0].numbers());
        } else if (op instanceof ReverseSteps) {
            return new Object[] {reverse(in)};
        } else if (op instanceof LastStep) {
            return new Object[] {last(in, out)};
        } else if (op instanceof LastStep.Gradient) {
            return new Object[] {lastGradient(in, out)};
        } else if (op instanceof StepsAsPixels) {
            return new Object[] {
                transpose(in[0], in[0].shape().size(1), in[0].shape().size(2))
            };
        } else if (op instanceof StepsAsPixels.Inverse) {
            return new Object[] {
                transpose(in[0], in[0].shape().size(1), in[0].shape().size(3))
            };
        } else if (op instanceof MatMul product) {
            return new Object[] {multiply(product, in, out)};
        }
        return null;
    }

    /** N x rows x columns to N x columns x rows. */
    private static double[] transpose(Tensor x, int rows, int columns) {
        double[] y = new double[x.numbers().length];
        for (int i = 0; i < y.length; i++) {
            int n = i / (rows * columns);
            y[(n * columns + i % columns) * rows + i / columns % rows] = x.numbers()[i];
        }
        return y;
    }

    private static double[] multiply(MatMul op, Tensor[] in, Shape out) {
        int height = out.size(1);
        int width = out.size(2);
        int inner = in[0].shape().size(op.isFirstTransposed() ? 1 : 2);
        double[] y = new double[out.elements()];
        for (int i = 0; i < y.length; i++) {
            int n = i / (height * width);
            int a = i / width % height;
            int c = i % width;
            for (int b = 0; b < inner; b++) {
                int first = op.isFirstTransposed() ? b * height + a : a * inner + b;
                int second = op.isSecondTransposed() ? c * inner + b : b * width + c;
                y[i] += in[0].numbers()[n * height * inner + first] * in[1].numbers()[n * inner * width + second];
            }
            y[i] *= op.factor();
        }
        return y;
    }

    private static double[] reverse(Tensor[] in) {
        Shape shape = in[0].shape();
        int steps = shape.size(1);
        int width = shape.size(2);
        long[] lengths = lengths(in, 1, shape.size(0), steps);
        double[] y = new double[shape.elements()];
        for (int n = 0; n < lengths.length; n++) {
            for (int t = 0; t < lengths[n]; t++) {
                int from = (n * steps + (int) lengths[n] - 1 - t) * width;
                System.arraycopy(in[0].numbers(), from, y, (n * steps + t) * width, width);
            }
        }
        return y;
    }

    private static double[] last(Tensor[] in, Shape out) {
        int steps = in[0].shape().size(1);
        int width = out.size(1);
        long[] lengths = lengths(in, 1, out.size(0), steps);
        double[] y = new double[out.elements()];
        for (int n = 0; n < lengths.length; n++) {
            if (lengths[n] > 0) {
                int from = (n * steps + (int) lengths[n] - 1) * width;
                System.arraycopy(in[0].numbers(), from, y, n * width, width);
            }
        }
        return y;
    }

    private static double[] lastGradient(Tensor[] in, Shape out) {
        int steps = out.size(1);
        int width = out.size(2);
        long[] lengths = lengths(in, 1, out.size(0), steps);
        double[] dx = new double[out.elements()];
        for (int n = 0; n < lengths.length; n++) {
            if (lengths[n] > 0) {
                int to = (n * steps + (int) lengths[n] - 1) * width;
                System.arraycopy(in[0].numbers(), n * width, dx, to, width);
            }
        }
        return dx;
    }
}
