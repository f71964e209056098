package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepsNorm;

/** Compiles batch normalisation over the steps that rows have: Java, sums in doubles, channel by channel in the order of rows and steps. */
record StepsNorms(Compilation c) {

    private static final int PARTS = 8;

    /** Sequences in plain order with their lengths, read by one thread a range of channels. */
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

        /** Hears the place of each value of a channel, and whether its row has that step. */
        private interface OnValue {
            void run(int at, boolean isStep);
        }

        void forEach(int channel, OnValue onValue) {
            for (int row = 0; row < lengths.length; row++) {
                for (int t = 0; t < loop.steps(); t++) {
                    onValue.run((row * loop.steps() + t) * channels + channel, t < lengths[row]);
                }
            }
        }
    }

    private JavaStep.Work overChannels(Binding binding, Steps steps, java.util.function.IntConsumer onChannel) {
        int parts = Math.min(PARTS, steps.channels);
        return key -> {
            steps.readLengths();
            binding.loop()
                    .accept(
                            part -> {
                                for (int k = steps.channels * part / parts;
                                        k < steps.channels * (part + 1) / parts;
                                        k++) {
                                    onChannel.accept(k);
                                }
                            },
                            parts);
        };
    }

    private Steps steps(Node node, Binding binding, Tensor lengths) {
        Shape x = c.shape(node.input(0));
        return new Steps(new RowLoop(node, lengths, x.size(0), x.size(1)), lengths, x.size(2), binding);
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
                    Steps steps = steps(node, binding, lengths);
                    FloatBuffer from = binding.bytes(x).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer shifts = binding.bytes(shift).asFloatBuffer();
                    FloatBuffer means = binding.bytes(mean).asFloatBuffer();
                    FloatBuffer variances = binding.bytes(variance).asFloatBuffer();
                    FloatBuffer to = binding.bytes(y).asFloatBuffer();
                    return overChannels(binding, steps, k -> {
                        double[] sums = new double[2];
                        steps.forEach(k, (at, isStep) -> sums[0] += isStep ? from.get(at) : 0);
                        double m = sums[0] / steps.count;
                        steps.forEach(
                                k, (at, isStep) -> sums[1] += isStep ? (from.get(at) - m) * (from.get(at) - m) : 0);
                        double v = sums[1] / steps.count;
                        means.put(k, (float) m);
                        variances.put(k, (float) v);
                        double factor = scales.get(k) / Math.sqrt(v + op.epsilon());
                        double base = shifts.get(k);
                        steps.forEach(
                                k,
                                (at, isStep) -> to.put(at, isStep ? (float) ((from.get(at) - m) * factor + base) : 0));
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
                    Steps steps = steps(node, binding, lengths);
                    FloatBuffer values = binding.bytes(x).asFloatBuffer();
                    FloatBuffer from = binding.bytes(dy).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer means = binding.bytes(mean).asFloatBuffer();
                    FloatBuffer variances = binding.bytes(variance).asFloatBuffer();
                    FloatBuffer to = binding.bytes(dx).asFloatBuffer();
                    FloatBuffer toScale = binding.bytes(dScale).asFloatBuffer();
                    FloatBuffer toShift = binding.bytes(dShift).asFloatBuffer();
                    return overChannels(binding, steps, k -> {
                        double m = means.get(k);
                        double inverse = 1 / Math.sqrt(variances.get(k) + op.epsilon());
                        double[] sums = new double[2];
                        steps.forEach(k, (at, isStep) -> {
                            if (isStep) {
                                sums[0] += from.get(at) * (values.get(at) - m) * inverse;
                                sums[1] += from.get(at);
                            }
                        });
                        toScale.put(k, (float) sums[0]);
                        toShift.put(k, (float) sums[1]);
                        double factor = scales.get(k) * inverse;
                        double ofScale = sums[0] / steps.count;
                        double ofShift = sums[1] / steps.count;
                        steps.forEach(k, (at, isStep) -> {
                            double z = (values.get(at) - m) * inverse;
                            to.put(at, isStep ? (float) (factor * (from.get(at) - ofShift - z * ofScale)) : 0);
                        });
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
