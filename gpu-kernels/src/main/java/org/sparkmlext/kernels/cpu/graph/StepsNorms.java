package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepsNorm;

/**
 * Compiles batch normalisation over the steps that rows have: Java, sums in doubles, in the order of rows and steps; each thread has some
 * of the channels.
 */
record StepsNorms(Compilation c) {

    private static final int PARTS = 8;

    /** Sequences in plain order with their lengths. */
    private static final class Steps {
        private final RowLoop loop;
        private final int channels;
        private final IntBuffer given;
        private final int[] lengths;
        private int count;

        Steps(RowLoop loop, Tensor lengths, int channels, Binding binding) {
            this.loop = loop;
            this.channels = channels;
            given = binding.bytes(lengths).asIntBuffer();
            this.lengths = new int[loop.rows()];
        }

        void readLengths() {
            loop.check(given, lengths);
            count = Arrays.stream(lengths).sum();
            if (count == 0) {
                throw new IllegalArgumentException("layer '" + loop.node().layer()
                        + "': all rows of the batch have length 0; there is nothing to take statistics of");
            }
        }
    }

    /** The channels {@code from} to {@code to} of a sequence, which one thread computes. */
    private record Range(Steps steps, int from, int to) {

        /** Hears the place of a step's first value, and whether the row has the step. */
        interface OnStep {
            void run(int at, boolean isStep);
        }

        int size() {
            return to - from;
        }

        void forEach(OnStep onStep) {
            int all = steps.loop.steps();
            for (int row = 0; row < steps.lengths.length; row++) {
                for (int t = 0; t < all; t++) {
                    onStep.run((row * all + t) * steps.channels + from, t < steps.lengths[row]);
                }
            }
        }
    }

    /** What a thread does with its channels. */
    private interface OnRange {
        void run(Range range);
    }

    private JavaStep.Work overRanges(Node node, Binding binding, Tensor lengths, OnRange onRange) {
        Shape x = c.shape(node.input(0));
        int channels = x.size(2);
        Steps steps = new Steps(new RowLoop(node, lengths, x.size(0), x.size(1)), lengths, channels, binding);
        int parts = Math.min(PARTS, channels);
        return key -> {
            steps.readLengths();
            binding.loop()
                    .accept(
                            part -> onRange.run(
                                    new Range(steps, channels * part / parts, channels * (part + 1) / parts)),
                            parts);
        };
    }

    private static float[] read(FloatBuffer channels, Range range) {
        float[] values = new float[range.size()];
        channels.get(range.from(), values);
        return values;
    }

    void forward(Node node, StepsNorm op) {
        Tensor x = c.readPlain(node.input(0));
        Tensor scale = c.readPlain(node.input(1));
        Tensor shift = c.readPlain(node.input(2));
        Tensor lengths = c.read(node.input(3));
        Tensor y = Tensor.of(x.desc());
        Tensor mean = c.makePlain(node.output(1));
        Tensor variance = c.makePlain(node.output(2));
        c.steps()
                .add("java", binding -> {
                    FloatBuffer from = binding.bytes(x).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer shifts = binding.bytes(shift).asFloatBuffer();
                    FloatBuffer means = binding.bytes(mean).asFloatBuffer();
                    FloatBuffer variances = binding.bytes(variance).asFloatBuffer();
                    FloatBuffer to = binding.bytes(y).asFloatBuffer();
                    return overRanges(node, binding, lengths, range -> {
                        double[] m = means(range, from);
                        double[] v = variances(range, from, m);
                        double[] factors = new double[m.length];
                        for (int k = 0; k < m.length; k++) {
                            means.put(range.from() + k, (float) m[k]);
                            variances.put(range.from() + k, (float) v[k]);
                            factors[k] = scales.get(range.from() + k) / Math.sqrt(v[k] + op.epsilon());
                        }
                        normalize(range, from, m, factors, read(shifts, range), to);
                    });
                })
                .read(x)
                .read(scale)
                .read(shift)
                .read(lengths)
                .write(y)
                .write(mean)
                .write(variance);
        c.values().define(node.output(0), y);
        c.values().define(node.output(1), mean);
        c.values().define(node.output(2), variance);
    }

    private static void normalize(
            Range range, FloatBuffer from, double[] means, double[] factors, float[] base, FloatBuffer to) {
        float[] step = new float[means.length];
        float[] zeros = new float[means.length];
        range.forEach((at, isStep) -> {
            if (!isStep) {
                to.put(at, zeros);
                return;
            }
            from.get(at, step);
            for (int k = 0; k < step.length; k++) {
                step[k] = (float) ((step[k] - means[k]) * factors[k] + base[k]);
            }
            to.put(at, step);
        });
    }

    private static double[] means(Range range, FloatBuffer values) {
        double[] sums = new double[range.size()];
        float[] step = new float[sums.length];
        range.forEach((at, isStep) -> {
            if (isStep) {
                values.get(at, step);
                for (int k = 0; k < step.length; k++) {
                    sums[k] += step[k];
                }
            }
        });
        return divided(sums, range.steps().count);
    }

    private static double[] variances(Range range, FloatBuffer values, double[] means) {
        double[] sums = new double[range.size()];
        float[] step = new float[sums.length];
        range.forEach((at, isStep) -> {
            if (isStep) {
                values.get(at, step);
                for (int k = 0; k < step.length; k++) {
                    sums[k] += (step[k] - means[k]) * (step[k] - means[k]);
                }
            }
        });
        return divided(sums, range.steps().count);
    }

    private static double[] divided(double[] sums, int count) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] /= count;
        }
        return sums;
    }

    /** Adds up the gradients of scale and shift. */
    private static void addGradients(
            Range range,
            FloatBuffer values,
            FloatBuffer gradients,
            float[] means,
            double[] inverse,
            double[] ofScale,
            double[] ofShift) {
        float[] step = new float[means.length];
        float[] gradient = new float[means.length];
        range.forEach((at, isStep) -> {
            if (isStep) {
                values.get(at, step);
                gradients.get(at, gradient);
                for (int k = 0; k < step.length; k++) {
                    ofScale[k] += gradient[k] * (step[k] - means[k]) * inverse[k];
                    ofShift[k] += gradient[k];
                }
            }
        });
    }

    /** Writes the gradient of the values, from the means of those of scale and shift. */
    private static void spread(
            Range range,
            FloatBuffer values,
            FloatBuffer gradients,
            float[] means,
            double[] inverse,
            float[] factors,
            double[] ofScale,
            double[] ofShift,
            FloatBuffer to) {
        float[] step = new float[means.length];
        float[] gradient = new float[means.length];
        float[] zeros = new float[means.length];
        range.forEach((at, isStep) -> {
            if (!isStep) {
                to.put(at, zeros);
                return;
            }
            values.get(at, step);
            gradients.get(at, gradient);
            for (int k = 0; k < step.length; k++) {
                double z = (step[k] - means[k]) * inverse[k];
                step[k] = (float) (factors[k] * (gradient[k] - ofShift[k] - z * ofScale[k]));
            }
            to.put(at, step);
        });
    }

    void gradient(Node node, StepsNorm.Gradient op) {
        Tensor x = c.readPlain(node.input(0));
        Tensor dy = c.readPlain(node.input(1));
        Tensor scale = c.readPlain(node.input(2));
        Tensor mean = c.readPlain(node.input(3));
        Tensor variance = c.readPlain(node.input(4));
        Tensor lengths = c.read(node.input(5));
        Tensor dx = Tensor.of(x.desc());
        Tensor dScale = c.makePlain(node.output(1));
        Tensor dShift = c.makePlain(node.output(2));
        c.steps()
                .add("java", binding -> {
                    FloatBuffer values = binding.bytes(x).asFloatBuffer();
                    FloatBuffer from = binding.bytes(dy).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer means = binding.bytes(mean).asFloatBuffer();
                    FloatBuffer variances = binding.bytes(variance).asFloatBuffer();
                    FloatBuffer to = binding.bytes(dx).asFloatBuffer();
                    FloatBuffer toScale = binding.bytes(dScale).asFloatBuffer();
                    FloatBuffer toShift = binding.bytes(dShift).asFloatBuffer();
                    return overRanges(node, binding, lengths, range -> {
                        float[] m = read(means, range);
                        float[] factors = read(scales, range);
                        double[] inverse = new double[m.length];
                        for (int k = 0; k < m.length; k++) {
                            inverse[k] = 1 / Math.sqrt(variances.get(range.from() + k) + op.epsilon());
                        }
                        double[] ofScale = new double[m.length];
                        double[] ofShift = new double[m.length];
                        addGradients(range, values, from, m, inverse, ofScale, ofShift);
                        for (int k = 0; k < m.length; k++) {
                            toScale.put(range.from() + k, (float) ofScale[k]);
                            toShift.put(range.from() + k, (float) ofShift[k]);
                        }
                        divided(ofScale, range.steps().count);
                        divided(ofShift, range.steps().count);
                        for (int k = 0; k < m.length; k++) {
                            factors[k] *= (float) inverse[k];
                        }
                        spread(range, values, from, m, inverse, factors, ofScale, ofShift, to);
                    });
                })
                .read(x)
                .read(dy)
                .read(scale)
                .read(mean)
                .read(variance)
                .read(lengths)
                .write(dx)
                .write(dScale)
                .write(dShift);
        c.values().define(node.output(0), dx);
        c.values().define(node.output(1), dScale);
        c.values().define(node.output(2), dShift);
    }
}
