package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.PoolSteps;
import org.sparkmlext.kernels.graph.PoolSteps.Statistic;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles pooling over the steps of sequences of unequal lengths: Java, row by row. */
record StepPools(Compilation c) {

    void forward(Node node, PoolSteps op) {
        Tensor x = c.readPlain(node.input(0));
        Tensor y = Tensor.of(Layouts.plain(Layouts.F32, c.shape(node.output(0))));
        Shape shape = c.shape(node.input(0));
        int features = shape.size(2);
        int perRow = shape.elementsPerRow();
        RowLoop loop = new RowLoop(node, c.read(node.input(1)), shape.size(0), shape.size(1));
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer from = binding.bytes(x).asFloatBuffer();
            FloatBuffer to = binding.bytes(y).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                float[] steps = new float[length * features];
                from.get(row * perRow, steps);
                to.put(row * features, op.statistic() == Statistic.MEAN ? mean(steps, features) : max(steps, features));
            });
        });
        loop.readBy(step.read(x).write(y));
        c.values().define(node.output(0), y);
    }

    private static float[] mean(float[] steps, int features) {
        float[] y = new float[features];
        for (int k = 0; k < features; k++) {
            double sum = 0;
            for (int i = k; i < steps.length; i += features) {
                sum += steps[i];
            }
            y[k] = steps.length == 0 ? 0 : (float) (sum / (steps.length / features));
        }
        return y;
    }

    private static float[] max(float[] steps, int features) {
        float[] y = new float[features];
        for (int k = 0; k < features && steps.length > 0; k++) {
            y[k] = steps[largest(steps, features, k)];
        }
        return y;
    }

    /** Place of the first of the largest values of a feature. */
    private static int largest(float[] steps, int features, int k) {
        int best = k;
        for (int i = k; i < steps.length; i += features) {
            // NaN wins, so that it is seen.
            if (!(steps[i] <= steps[best])) {
                best = i;
            }
        }
        return best;
    }

    void gradient(Node node, PoolSteps.Gradient op) {
        Tensor dy = c.readPlain(node.input(0));
        Tensor x = c.readPlain(node.input(1));
        Tensor dx = Tensor.of(x.desc());
        Shape shape = c.shape(node.input(1));
        int features = shape.size(2);
        int perRow = shape.elementsPerRow();
        RowLoop loop = new RowLoop(node, c.read(node.input(2)), shape.size(0), shape.size(1));
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer values = binding.bytes(x).asFloatBuffer();
            FloatBuffer from = binding.bytes(dy).asFloatBuffer();
            FloatBuffer to = binding.bytes(dx).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                float[] steps = new float[length * features];
                float[] ofPool = new float[features];
                from.get(row * features, ofPool);
                if (op.statistic() == Statistic.MEAN) {
                    for (int i = 0; i < steps.length; i++) {
                        steps[i] = ofPool[i % features] / length;
                    }
                } else {
                    values.get(row * perRow, steps);
                    spread(steps, ofPool);
                }
                to.put(row * perRow, Arrays.copyOf(steps, perRow));
            });
        });
        loop.readBy(step.read(dy).read(x).write(dx));
        c.values().define(node.output(0), dx);
    }

    /** Puts the gradient of each feature at its largest step, 0 elsewhere, in place of the steps. */
    private static void spread(float[] steps, float[] ofPool) {
        int features = ofPool.length;
        if (steps.length == 0) {
            return;
        }
        int[] places = new int[features];
        Arrays.setAll(places, k -> largest(steps, features, k));
        Arrays.fill(steps, 0);
        for (int k = 0; k < features; k++) {
            steps[places[k]] = ofPool[k];
        }
    }
}
