package org.sparkmlext.kernels.graph;

import java.util.Arrays;

/** {@link LayerNorm}, {@link StepsNorm} and their gradients: both normalise groups of elements, each by its own formula of which. */
final class ReferenceNorms {

    private ReferenceNorms() {}

    /** Outputs of a norm of groups; null where it is none. */
    static Object[] compute(Op op, Tensor[] in) {
        if (op instanceof LayerNorm norm) {
            return normalize(norm.epsilon(), in, ofLayer(in[0].shape()));
        } else if (op instanceof LayerNorm.Gradient gradient) {
            return gradient(gradient.epsilon(), in, ofLayer(in[0].shape()));
        } else if (op instanceof StepsNorm norm) {
            return normalize(norm.epsilon(), in, ofSteps(in[0].shape(), in[3].integers()));
        } else if (op instanceof StepsNorm.Gradient gradient) {
            return gradient(gradient.epsilon(), in, ofSteps(in[0].shape(), in[5].integers()));
        }
        return null;
    }

    /** The group that each element is normalised with; -1 for those that have none. */
    private static int[] ofLayer(Shape x) {
        int[] groups = new int[x.elements()];
        Arrays.setAll(groups, i -> i / x.size(x.rank() - 1));
        return groups;
    }

    private static int[] ofSteps(Shape x, long[] lengths) {
        int[] groups = new int[x.elements()];
        Arrays.setAll(groups, i -> {
            int step = i / x.size(2);
            return step % x.size(1) < lengths[step / x.size(1)] ? i % x.size(2) : -1;
        });
        return groups;
    }

    private static double[] means(double[] values, int[] groups) {
        double[] means = new double[Arrays.stream(groups).max().orElseThrow() + 1];
        double[] counts = new double[means.length];
        for (int i = 0; i < values.length; i++) {
            if (groups[i] >= 0) {
                means[groups[i]] += values[i];
                counts[groups[i]]++;
            }
        }
        Arrays.setAll(means, g -> means[g] / counts[g]);
        return means;
    }

    private static Object[] normalize(double epsilon, Tensor[] in, int[] groups) {
        double[] x = in[0].numbers();
        int width = in[1].numbers().length;
        double[] mean = means(x, groups);
        double[] squares = new double[x.length];
        Arrays.setAll(squares, i -> groups[i] < 0 ? 0 : Math.pow(x[i] - mean[groups[i]], 2));
        double[] variance = means(squares, groups);
        double[] y = new double[x.length];
        Arrays.setAll(
                y,
                i -> groups[i] < 0
                        ? 0
                        : (x[i] - mean[groups[i]])
                                        / Math.sqrt(variance[groups[i]] + epsilon)
                                        * in[1].numbers()[i % width]
                                + in[2].numbers()[i % width]);
        return new Object[] {y, mean, variance};
    }

    /** With {@code z = (x - mean) / s} and {@code g = dy scale}: {@code dx = (g - mean(g) - z mean(g z)) / s}, means over the group. */
    private static Object[] gradient(double epsilon, Tensor[] in, int[] groups) {
        double[] dy = in[1].numbers();
        double[] scale = in[2].numbers();
        int width = scale.length;
        double[] z = new double[dy.length];
        double[] g = new double[dy.length];
        double[] gz = new double[dy.length];
        double[] dscale = new double[width];
        double[] dshift = new double[width];
        for (int i = 0; i < dy.length; i++) {
            if (groups[i] >= 0) {
                z[i] = (in[0].numbers()[i] - in[3].numbers()[groups[i]]) / deviation(epsilon, in, groups[i]);
                g[i] = dy[i] * scale[i % width];
                gz[i] = g[i] * z[i];
                dscale[i % width] += dy[i] * z[i];
                dshift[i % width] += dy[i];
            }
        }
        double[] ofG = means(g, groups);
        double[] ofGz = means(gz, groups);
        double[] dx = new double[dy.length];
        Arrays.setAll(
                dx,
                i -> groups[i] < 0
                        ? 0
                        : (g[i] - ofG[groups[i]] - z[i] * ofGz[groups[i]]) / deviation(epsilon, in, groups[i]));
        return new Object[] {dx, dscale, dshift};
    }

    private static double deviation(double epsilon, Tensor[] in, int group) {
        return Math.sqrt(in[4].numbers()[group] + epsilon);
    }
}
