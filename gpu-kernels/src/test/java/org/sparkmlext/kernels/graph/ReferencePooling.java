package org.sparkmlext.kernels.graph;

import java.util.Arrays;

/** {@link MaxPool2d}, {@link AveragePool2d} and their gradients, window by window. */
final class ReferencePooling {

    private ReferencePooling() {}

    /** Hears every pixel of every window; the pixel is -1 where it lies in the padding. */
    private interface Visitor {
        void visit(int pooled, int pixel);
    }

    private static void windows(Window2d window, Shape images, Shape pooled, Visitor visitor) {
        for (int n = 0; n < pooled.size(0); n++) {
            for (int c = 0; c < pooled.size(1); c++) {
                for (int i = 0; i < pooled.size(2); i++) {
                    for (int j = 0; j < pooled.size(3); j++) {
                        for (int u = 0; u < window.kernelHeight(); u++) {
                            for (int v = 0; v < window.kernelWidth(); v++) {
                                int h = i * window.strideHeight() - window.padTop() + u;
                                int w = j * window.strideWidth() - window.padLeft() + v;
                                boolean isInside = h >= 0 && h < images.size(2) && w >= 0 && w < images.size(3);
                                visitor.visit(
                                        Tensor.at(pooled, n, c, i, j), isInside ? Tensor.at(images, n, c, h, w) : -1);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Place of the largest pixel of each window in the whole batch. */
    static long[] largest(MaxPool2d op, Tensor images, Shape pooled) {
        double[] x = images.numbers();
        long[] winners = new long[pooled.elements()];
        Arrays.fill(winners, -1);
        windows(op.window(), images.shape(), pooled, (at, pixel) -> {
            // A NaN wins, as it does in a sum; of equal values the first stays.
            if (pixel >= 0
                    && (winners[at] < 0
                            || x[pixel] > x[(int) winners[at]]
                            || Double.isNaN(x[pixel]) && !Double.isNaN(x[(int) winners[at]]))) {
                winners[at] = pixel;
            }
        });
        return winners;
    }

    static double[] pick(Tensor images, long[] winners) {
        return Arrays.stream(winners)
                .mapToDouble(at -> images.numbers()[(int) at])
                .toArray();
    }

    static double[] maxGradient(MaxPool2d.Gradient op, Tensor gradient, long[] winners) {
        double[] dx = new double[op.images().elements()];
        for (int i = 0; i < winners.length; i++) {
            dx[(int) winners[i]] += gradient.numbers()[i];
        }
        return dx;
    }

    static double[] average(AveragePool2d op, Tensor images, Shape pooled) {
        int[] counts = counts(op.window(), op.countsPadding(), images.shape(), pooled);
        double[] y = new double[pooled.elements()];
        windows(op.window(), images.shape(), pooled, (at, pixel) -> {
            if (pixel >= 0) {
                y[at] += images.numbers()[pixel] / counts[at];
            }
        });
        return y;
    }

    static double[] averageGradient(AveragePool2d.Gradient op, Tensor gradient) {
        int[] counts = counts(op.window(), op.countsPadding(), op.images(), gradient.shape());
        double[] dx = new double[op.images().elements()];
        windows(op.window(), op.images(), gradient.shape(), (at, pixel) -> {
            if (pixel >= 0) {
                dx[pixel] += gradient.numbers()[at] / counts[at];
            }
        });
        return dx;
    }

    private static int[] counts(Window2d window, boolean countsPadding, Shape images, Shape pooled) {
        int[] counts = new int[pooled.elements()];
        windows(window, images, pooled, (at, pixel) -> counts[at] += countsPadding || pixel >= 0 ? 1 : 0);
        return counts;
    }
}
