package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.WindowDenorm;
import org.sparkmlext.kernels.graph.WindowScale;
import org.sparkmlext.kernels.graph.WindowScale.Level;

/** Compiles the normalisation of windows and its inverse: Java, row by row, in float32 whatever the precision of the program. */
record Windows(Compilation c) {

    private RowLoop loop(Node node, int lengthsAt) {
        Shape x = c.shape(node.input(0));
        @Nullable Tensor lengths = node.inputs().size() > lengthsAt ? c.read(node.input(lengthsAt)) : null;
        return new RowLoop(node, lengths, x.size(0), x.size(1));
    }

    void scale(Node node, WindowScale op) {
        Tensor x = c.readPlain(node.input(0));
        Tensor level = c.makePlain(node.output(0));
        Tensor scale = c.makePlain(node.output(1));
        Shape shape = c.shape(node.input(0));
        int features = shape.size(2);
        RowLoop loop = loop(node, 1);
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer from = binding.bytes(x).asFloatBuffer();
            FloatBuffer levels = binding.bytes(level).asFloatBuffer();
            FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                float[] steps = new float[length * features];
                from.get(row * shape.elementsPerRow(), steps);
                for (int k = 0; k < features; k++) {
                    double mean = mean(steps, features, k);
                    boolean isLast = op.level() == Level.LAST && length > 0;
                    levels.put(row * features + k, isLast ? steps[(length - 1) * features + k] : (float) mean);
                    scales.put(
                            row * features + k,
                            op.isScaled() && length > 0
                                    ? (float) (deviation(steps, features, k, mean) + op.epsilon())
                                    : 1);
                }
            });
        });
        loop.readBy(step.read(x).write(level).write(scale));
        c.values().define(node.output(0), level);
        c.values().define(node.output(1), scale);
    }

    private static double mean(float[] steps, int features, int k) {
        double sum = 0;
        for (int i = k; i < steps.length; i += features) {
            sum += steps[i];
        }
        return steps.length == 0 ? 0 : sum / (steps.length / features);
    }

    private static double deviation(float[] steps, int features, int k, double mean) {
        double squares = 0;
        for (int i = k; i < steps.length; i += features) {
            squares += (steps[i] - mean) * (steps[i] - mean);
        }
        return Math.sqrt(squares / (steps.length / features));
    }

    void normalize(Node node) {
        Tensor x = c.readPlain(node.input(0));
        Tensor level = c.readPlain(node.input(1));
        Tensor scale = c.readPlain(node.input(2));
        Tensor y = Tensor.of(x.desc());
        Shape shape = c.shape(node.input(0));
        int features = shape.size(2);
        int perRow = shape.elementsPerRow();
        RowLoop loop = loop(node, 3);
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer from = binding.bytes(x).asFloatBuffer();
            FloatBuffer levels = binding.bytes(level).asFloatBuffer();
            FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
            FloatBuffer to = binding.bytes(y).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                float[] steps = new float[length * features];
                from.get(row * perRow, steps);
                for (int i = 0; i < steps.length; i++) {
                    int at = row * features + i % features;
                    steps[i] = (steps[i] - levels.get(at)) / scales.get(at);
                }
                to.put(row * perRow, Arrays.copyOf(steps, perRow));
            });
        });
        loop.readBy(step.read(x).read(level).read(scale).write(y));
        c.values().define(node.output(0), y);
    }

    void denormalize(Node node, WindowDenorm op) {
        Tensor x = c.readPlain(node.input(0));
        Tensor level = c.readPlain(node.input(1));
        Tensor scale = c.readPlain(node.input(2));
        Tensor y = c.makePlain(node.output(0));
        int features = c.shape(node.input(1)).size(1);
        int outputs = c.shape(node.input(0)).size(1);
        int[] channels = op.channelsOf(outputs);
        RowLoop loop = new RowLoop(node, null, c.shape(node.input(0)).size(0), 1);
        c.steps()
                .add("java", binding -> {
                    FloatBuffer from = binding.bytes(x).asFloatBuffer();
                    FloatBuffer levels = binding.bytes(level).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer to = binding.bytes(y).asFloatBuffer();
                    return loop.work(binding, (row, length) -> {
                        for (int j = 0; j < outputs; j++) {
                            int at = row * features + channels[j];
                            to.put(row * outputs + j, levels.get(at) + scales.get(at) * from.get(row * outputs + j));
                        }
                    });
                })
                .read(x)
                .read(level)
                .read(scale)
                .write(y);
        c.values().define(node.output(0), y);
    }

    void denormalizeGradient(Node node, WindowDenorm.Gradient op) {
        Tensor dy = c.readPlain(node.input(0));
        Tensor scale = c.readPlain(node.input(1));
        Tensor dx = Tensor.of(dy.desc());
        int features = c.shape(node.input(1)).size(1);
        int outputs = c.shape(node.input(0)).size(1);
        int[] channels = op.of().channelsOf(outputs);
        RowLoop loop = new RowLoop(node, null, c.shape(node.input(0)).size(0), 1);
        c.steps()
                .add("java", binding -> {
                    FloatBuffer from = binding.bytes(dy).asFloatBuffer();
                    FloatBuffer scales = binding.bytes(scale).asFloatBuffer();
                    FloatBuffer to = binding.bytes(dx).asFloatBuffer();
                    return loop.work(binding, (row, length) -> {
                        for (int j = 0; j < outputs; j++) {
                            float factor = scales.get(row * features + channels[j]);
                            to.put(row * outputs + j, factor * from.get(row * outputs + j));
                        }
                    });
                })
                .read(dy)
                .read(scale)
                .write(dx);
        c.values().define(node.output(0), dx);
    }
}
