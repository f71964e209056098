package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.kernels.graph.PoolSteps.Statistic;

/** Ops that heed where rows end, or make vectors of ids and places: each from its formula, feature by feature. */
final class ReferenceSteps {

    private ReferenceSteps() {}

    /** Outputs of such an op; null where it is none. */
    static Object[] compute(Op op, Tensor[] in, Shape out) {
        if (op instanceof MaskSteps) {
            return new Object[] {mask(in)};
        } else if (op instanceof PoolSteps pool) {
            return new Object[] {pool(pool.statistic(), in[0], in[1].integers())};
        } else if (op instanceof PoolSteps.Gradient gradient) {
            return new Object[] {poolGradient(gradient.statistic(), in)};
        } else if (op instanceof WindowScale scale) {
            return scale(scale, in);
        } else if (op instanceof WindowNorm) {
            return new Object[] {normalize(in)};
        } else if (op instanceof WindowDenorm denorm) {
            return new Object[] {denormalize(denorm, in[0], in[1].numbers(), in[2].numbers())};
        } else if (op instanceof WindowDenorm.Gradient gradient) {
            double[] none = new double[in[1].numbers().length];
            return new Object[] {denormalize(gradient.of(), in[0], none, in[1].numbers())};
        } else if (op instanceof Embedding) {
            return new Object[] {embed(in, out)};
        } else if (op instanceof Embedding.Gradient) {
            return new Object[] {embedGradient(in, out)};
        } else if (op instanceof PositionalEncoding) {
            return new Object[] {encode(in[0])};
        }
        return null;
    }

    /** Places in plain order of a feature's values at the steps that a row has. */
    private static List<Integer> places(Shape x, int row, int feature, long length) {
        List<Integer> places = new ArrayList<>();
        for (int t = 0; t < length; t++) {
            places.add((row * x.size(1) + t) * x.size(2) + feature);
        }
        return places;
    }

    private static double[] mask(Tensor[] in) {
        Shape x = in[0].shape();
        double[] y = new double[x.elements()];
        for (int n = 0; n < x.size(0); n++) {
            for (int k = 0; k < x.size(2); k++) {
                for (int at : places(x, n, k, in[1].integers()[n])) {
                    y[at] = in[0].numbers()[at];
                }
            }
        }
        return y;
    }

    private static double[] pool(Statistic statistic, Tensor x, long[] lengths) {
        Shape shape = x.shape();
        double[] y = new double[shape.size(0) * shape.size(2)];
        for (int i = 0; i < y.length; i++) {
            List<Integer> places = places(shape, i / shape.size(2), i % shape.size(2), lengths[i / shape.size(2)]);
            y[i] = statistic == Statistic.MEAN ? mean(x, places) : largest(x, places);
        }
        return y;
    }

    private static double mean(Tensor x, List<Integer> places) {
        return places.stream().mapToDouble(at -> x.numbers()[at]).average().orElse(0);
    }

    private static double largest(Tensor x, List<Integer> places) {
        return places.stream().mapToDouble(at -> x.numbers()[at]).max().orElse(0);
    }

    private static double[] poolGradient(Statistic statistic, Tensor[] in) {
        Tensor x = in[1];
        int features = x.shape().size(2);
        double[] dx = new double[x.shape().elements()];
        for (int i = 0; i < in[0].numbers().length; i++) {
            List<Integer> places = places(x.shape(), i / features, i % features, in[2].integers()[i / features]);
            for (int at : places) {
                if (statistic == Statistic.MEAN) {
                    dx[at] = in[0].numbers()[i] / places.size();
                } else if (x.numbers()[at] == largest(x, places)) {
                    dx[at] = in[0].numbers()[i];
                    break;
                }
            }
        }
        return dx;
    }

    private static Object[] scale(WindowScale op, Tensor[] in) {
        Shape x = in[0].shape();
        int features = x.size(2);
        long[] lengths = ReferenceSequences.lengths(in, 1, x.size(0), x.size(1));
        double[] level = new double[x.size(0) * features];
        double[] scale = new double[level.length];
        for (int i = 0; i < level.length; i++) {
            List<Integer> places = places(x, i / features, i % features, lengths[i / features]);
            double mean = mean(in[0], places);
            double variance = places.stream()
                    .mapToDouble(at -> Math.pow(in[0].numbers()[at] - mean, 2))
                    .average()
                    .orElse(0);
            boolean isLast = op.level() == WindowScale.Level.LAST && !places.isEmpty();
            level[i] = isLast ? in[0].numbers()[places.get(places.size() - 1)] : mean;
            scale[i] = op.isScaled() && !places.isEmpty() ? Math.sqrt(variance) + op.epsilon() : 1;
        }
        return new Object[] {level, scale};
    }

    private static double[] normalize(Tensor[] in) {
        Shape x = in[0].shape();
        long[] lengths = ReferenceSequences.lengths(in, 3, x.size(0), x.size(1));
        double[] y = new double[x.elements()];
        for (int n = 0; n < x.size(0); n++) {
            for (int k = 0; k < x.size(2); k++) {
                int channel = n * x.size(2) + k;
                for (int at : places(x, n, k, lengths[n])) {
                    y[at] = (in[0].numbers()[at] - in[1].numbers()[channel]) / in[2].numbers()[channel];
                }
            }
        }
        return y;
    }

    private static double[] denormalize(WindowDenorm op, Tensor x, double[] level, double[] scale) {
        int outputs = x.shape().size(1);
        int features = level.length / x.shape().size(0);
        double[] y = new double[x.shape().elements()];
        for (int i = 0; i < y.length; i++) {
            int target = i % outputs / op.quantiles() % op.channels().size();
            int channel = i / outputs * features + op.channels().get(target);
            y[i] = level[channel] + scale[channel] * x.numbers()[i];
        }
        return y;
    }

    private static double[] embed(Tensor[] in, Shape out) {
        int steps = out.size(1);
        int units = out.size(2);
        long[] lengths = ReferenceSequences.lengths(in, 2, out.size(0), steps);
        double[] y = new double[out.elements()];
        for (int i = 0; i < y.length; i++) {
            int step = i / units;
            if (step % steps < lengths[step / steps]) {
                y[i] = in[1].numbers()[(int) in[0].numbers()[step] * units + i % units];
            }
        }
        return y;
    }

    private static double[] embedGradient(Tensor[] in, Shape table) {
        Shape dy = in[0].shape();
        int units = table.size(1);
        long[] lengths = ReferenceSequences.lengths(in, 2, dy.size(0), dy.size(1));
        double[] d = new double[table.elements()];
        for (int i = 0; i < dy.elements(); i++) {
            int step = i / units;
            if (step % dy.size(1) < lengths[step / dy.size(1)]) {
                d[(int) in[1].numbers()[step] * units + i % units] += in[0].numbers()[i];
            }
        }
        return d;
    }

    private static double[] encode(Tensor x) {
        int steps = x.shape().size(1);
        int features = x.shape().size(2);
        double[] y = x.numbers().clone();
        for (int i = 0; i < y.length; i++) {
            int k = i % features;
            double angle = i / features % steps / Math.pow(10_000, 2.0 * (k / 2) / features);
            y[i] += k % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
        }
        return y;
    }
}
