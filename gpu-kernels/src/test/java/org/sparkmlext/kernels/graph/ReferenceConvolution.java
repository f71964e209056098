package org.sparkmlext.kernels.graph;

/** {@link Conv2d}, {@link Dense} and their gradients from their formulas: one product at a time. */
final class ReferenceConvolution {

    private ReferenceConvolution() {}

    /** Hears every pair of an image's element and an output's element that a weight connects. */
    private interface Connection {
        void add(int image, int output, int weight);
    }

    private static void connections(
            Window2d window, int groups, Shape images, Shape outputs, Shape weights, Connection connection) {
        int outputsPerGroup = outputs.size(1) / groups;
        for (int n = 0; n < outputs.size(0); n++) {
            for (int o = 0; o < outputs.size(1); o++) {
                int firstChannel = o / outputsPerGroup * weights.size(1);
                for (int i = 0; i < outputs.size(2); i++) {
                    for (int j = 0; j < outputs.size(3); j++) {
                        for (int c = 0; c < weights.size(1); c++) {
                            for (int u = 0; u < weights.size(2); u++) {
                                for (int v = 0; v < weights.size(3); v++) {
                                    int h = i * window.strideHeight() - window.padTop() + u * window.dilationHeight();
                                    int w = j * window.strideWidth() - window.padLeft() + v * window.dilationWidth();
                                    if (h >= 0 && h < images.size(2) && w >= 0 && w < images.size(3)) {
                                        connection.add(
                                                Tensor.at(images, n, firstChannel + c, h, w),
                                                Tensor.at(outputs, n, o, i, j),
                                                Tensor.at(weights, o, c, u, v));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static double[] convolve(Conv2d op, Tensor[] inputs, Shape output) {
        double[] y = new double[output.elements()];
        double[] x = inputs[0].numbers();
        double[] w = inputs[1].numbers();
        if (inputs.length == 3) {
            int area = output.size(2) * output.size(3);
            for (int i = 0; i < y.length; i++) {
                y[i] = inputs[2].numbers()[i / area % output.size(1)];
            }
        }
        connections(
                op.window(),
                op.groups(),
                inputs[0].shape(),
                output,
                inputs[1].shape(),
                (image, at, weight) -> y[at] += x[image] * w[weight]);
        return y;
    }

    static double[] imageGradient(Conv2d.InputGradient op, Tensor gradient, Tensor weights) {
        double[] dx = new double[op.images().elements()];
        connections(
                op.window(),
                op.groups(),
                op.images(),
                gradient.shape(),
                weights.shape(),
                (image, at, weight) -> dx[image] += gradient.numbers()[at] * weights.numbers()[weight]);
        return dx;
    }

    static double[][] weightGradient(Conv2d.WeightGradient op, Tensor images, Tensor gradient) {
        double[] dw = new double[op.weights().elements()];
        connections(
                op.window(),
                op.groups(),
                images.shape(),
                gradient.shape(),
                op.weights(),
                (image, at, weight) -> dw[weight] += gradient.numbers()[at] * images.numbers()[image]);
        if (!op.hasBias()) {
            return new double[][] {dw};
        }
        double[] db = new double[op.weights().size(0)];
        int area = gradient.shape().size(2) * gradient.shape().size(3);
        for (int i = 0; i < gradient.numbers().length; i++) {
            db[i / area % db.length] += gradient.numbers()[i];
        }
        return new double[][] {dw, db};
    }

    static double[] dense(Tensor[] inputs) {
        int rows = inputs[0].shape().size(0);
        int units = inputs[1].shape().size(0);
        int width = inputs[1].shape().size(1);
        double[] y = new double[rows * units];
        for (int n = 0; n < rows; n++) {
            for (int o = 0; o < units; o++) {
                double sum = inputs.length == 3 ? inputs[2].numbers()[o] : 0;
                for (int k = 0; k < width; k++) {
                    sum += inputs[0].numbers()[n * width + k] * inputs[1].numbers()[o * width + k];
                }
                y[n * units + o] = sum;
            }
        }
        return y;
    }

    static double[] rowGradient(Tensor gradient, Tensor weights) {
        int rows = gradient.shape().size(0);
        int units = weights.shape().size(0);
        int width = weights.shape().size(1);
        double[] dx = new double[rows * width];
        for (int n = 0; n < rows; n++) {
            for (int k = 0; k < width; k++) {
                for (int o = 0; o < units; o++) {
                    dx[n * width + k] += gradient.numbers()[n * units + o] * weights.numbers()[o * width + k];
                }
            }
        }
        return dx;
    }

    static double[][] denseWeightGradient(Dense.WeightGradient op, Tensor rows, Tensor gradient) {
        int units = gradient.shape().size(1);
        int width = rows.shape().elementsPerRow();
        double[] dw = new double[units * width];
        double[] db = new double[units];
        for (int n = 0; n < rows.shape().size(0); n++) {
            for (int o = 0; o < units; o++) {
                double g = gradient.numbers()[n * units + o];
                db[o] += g;
                for (int k = 0; k < width; k++) {
                    dw[o * width + k] += g * rows.numbers()[n * width + k];
                }
            }
        }
        return op.hasBias() ? new double[][] {dw, db} : new double[][] {dw};
    }
}
