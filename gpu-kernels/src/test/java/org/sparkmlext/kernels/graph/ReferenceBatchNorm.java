package org.sparkmlext.kernels.graph;

/** {@link BatchNorm} and its gradient, channel by channel. */
final class ReferenceBatchNorm {

    private ReferenceBatchNorm() {}

    private static int channel(Shape x, int index) {
        return index / area(x) % x.size(1);
    }

    private static int area(Shape x) {
        return x.rank() == 2 ? 1 : x.size(2) * x.size(3);
    }

    /** {@code {y, mean, variance}}. */
    static double[][] normalize(double epsilon, Tensor x, Tensor scale, Tensor shift) {
        int channels = x.shape().size(1);
        double count = (double) x.shape().size(0) * area(x.shape());
        double[] mean = new double[channels];
        double[] variance = new double[channels];
        for (int i = 0; i < x.numbers().length; i++) {
            mean[channel(x.shape(), i)] += x.numbers()[i] / count;
        }
        for (int i = 0; i < x.numbers().length; i++) {
            double d = x.numbers()[i] - mean[channel(x.shape(), i)];
            variance[channel(x.shape(), i)] += d * d / count;
        }
        return new double[][] {apply(epsilon, x, scale, shift, mean, variance), mean, variance};
    }

    static double[] apply(double epsilon, Tensor x, Tensor scale, Tensor shift, double[] mean, double[] variance) {
        double[] y = new double[x.numbers().length];
        for (int i = 0; i < y.length; i++) {
            int c = channel(x.shape(), i);
            y[i] = (x.numbers()[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * scale.numbers()[c]
                    + shift.numbers()[c];
        }
        return y;
    }

    /**
     * {@code {dx, dscale, dshift}}: with {@code z = (x - mean) / s}, {@code dscale = sum dy z}, {@code dshift = sum dy},
     * {@code dx = scale / s (dy - mean(dy) - z mean(dy z))}.
     */
    static double[][] gradient(double epsilon, Tensor[] inputs) {
        Shape x = inputs[0].shape();
        int channels = x.size(1);
        double count = (double) x.size(0) * area(x);
        double[] dy = inputs[1].numbers();
        double[] dscale = new double[channels];
        double[] dshift = new double[channels];
        double[] z = new double[dy.length];
        for (int i = 0; i < z.length; i++) {
            int c = channel(x, i);
            z[i] = (inputs[0].numbers()[i] - inputs[3].numbers()[c])
                    / Math.sqrt(inputs[4].numbers()[c] + epsilon);
            dscale[c] += dy[i] * z[i];
            dshift[c] += dy[i];
        }
        double[] dx = new double[dy.length];
        for (int i = 0; i < dx.length; i++) {
            int c = channel(x, i);
            dx[i] = inputs[2].numbers()[c]
                    / Math.sqrt(inputs[4].numbers()[c] + epsilon)
                    * (dy[i] - dshift[c] / count - z[i] * dscale[c] / count);
        }
        return new double[][] {dx, dscale, dshift};
    }
}
