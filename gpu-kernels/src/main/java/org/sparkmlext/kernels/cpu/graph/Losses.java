package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles losses, their gradients and the count of right predictions: Java, row by row, in the order of the rows. */
record Losses(Compilation c) {

    /** Predictions, targets and weights of a loss, read row by row. */
    private static final class Rows {
        private final String layer;
        private final FloatBuffer predictions;
        private final @Nullable IntBuffer labels;
        private final @Nullable FloatBuffer targets;
        private final FloatBuffer weights;
        final int rows;
        final float[] x;
        final float[] t;

        Rows(
                String layer,
                Shape shape,
                Binding binding,
                Tensor predictions,
                Tensor targets,
                Tensor weights,
                boolean isClass) {
            this.layer = layer;
            this.predictions = binding.bytes(predictions).asFloatBuffer();
            this.labels = isClass ? binding.bytes(targets).asIntBuffer() : null;
            this.targets = isClass ? null : binding.bytes(targets).asFloatBuffer();
            this.weights = binding.bytes(weights).asFloatBuffer();
            rows = shape.size(0);
            x = new float[shape.size(1)];
            t = new float[isClass ? 0 : (int) Layouts.sizes(targets.desc())[1]];
        }

        float weight(int row) {
            return weights.get(row);
        }

        /** Reads a row's predictions and targets; returns its class where it has one. */
        int read(int row) {
            predictions.get(row * x.length, x);
            if (targets != null) {
                targets.get(row * t.length, t);
                return -1;
            }
            int label = labels == null ? -1 : labels.get(row);
            if (label < 0 || label >= x.length) {
                throw new IllegalArgumentException("layer '" + layer + "': row " + row + " of the batch has class "
                        + label + "; allowed are 0 to " + (x.length - 1));
            }
            return label;
        }
    }

    private Tensor targets(Node node, boolean isClass) {
        // Inputs lie in plain order; whole numbers have one version only.
        return isClass ? c.read(node.input(1)) : c.readPlain(node.input(1));
    }

    void loss(Node node, LossFunction function) {
        boolean isClass = function.hasClassTarget();
        Tensor x = c.readPlain(node.input(0));
        Tensor t = targets(node, isClass);
        Tensor w = c.readPlain(node.input(2));
        Tensor loss = c.makePlain(node.output(0));
        Tensor weight = c.makePlain(node.output(1));
        Shape shape = c.shape(node.input(0));
        LossFormula formula = LossFormula.of(function);
        c.steps()
                .add("java", binding -> {
                    Rows rows = new Rows(node.layer(), shape, binding, x, t, w, isClass);
                    FloatBuffer lossAt = binding.bytes(loss).asFloatBuffer();
                    FloatBuffer weightAt = binding.bytes(weight).asFloatBuffer();
                    return key -> sum(rows, formula, lossAt, weightAt);
                })
                .read(x)
                .read(t)
                .read(w)
                .write(loss)
                .write(weight);
        c.values().define(node.output(0), loss);
        c.values().define(node.output(1), weight);
    }

    private static void sum(Rows rows, LossFormula formula, FloatBuffer loss, FloatBuffer weight) {
        double sum = 0;
        double weights = 0;
        for (int row = 0; row < rows.rows; row++) {
            float w = rows.weight(row);
            if (w != 0) {
                int label = rows.read(row);
                sum += w * formula.loss(rows.x, label, rows.t);
                weights += w;
            }
        }
        loss.put(0, (float) sum);
        weight.put(0, (float) weights);
    }

    void gradient(Node node, Loss.Gradient op) {
        boolean isClass = op.function().hasClassTarget();
        Tensor x = c.readPlain(node.input(0));
        Tensor t = targets(node, isClass);
        Tensor w = c.readPlain(node.input(2));
        Tensor dx = c.makePlain(node.output(0));
        Shape shape = c.shape(node.input(0));
        LossFormula formula = LossFormula.of(op.function());
        c.steps()
                .add("java", binding -> {
                    Rows rows = new Rows(node.layer(), shape, binding, x, t, w, isClass);
                    FloatBuffer out = binding.bytes(dx).asFloatBuffer();
                    double[] gradient = new double[shape.size(1)];
                    float[] row = new float[shape.size(1)];
                    return key -> gradients(rows, formula, gradient, row, out);
                })
                .read(x)
                .read(t)
                .read(w)
                .write(dx);
        c.values().define(node.output(0), dx);
    }

    private static void gradients(Rows rows, LossFormula formula, double[] gradient, float[] out, FloatBuffer target) {
        for (int row = 0; row < rows.rows; row++) {
            float w = rows.weight(row);
            if (w == 0) {
                Arrays.fill(out, 0);
            } else {
                int label = rows.read(row);
                formula.gradient(rows.x, label, rows.t, gradient);
                for (int k = 0; k < out.length; k++) {
                    out[k] = (float) (w * gradient[k]);
                }
            }
            target.put(row * out.length, out);
        }
    }

    void correct(Node node, Correct op) {
        boolean isClass = c.graph().type(node.input(1)).element() == Element.INT;
        Tensor x = c.readPlain(node.input(0));
        Tensor t = targets(node, isClass);
        Tensor w = c.readPlain(node.input(2));
        Tensor right = c.makePlain(node.output(0));
        Shape shape = c.shape(node.input(0));
        c.steps()
                .add("java", binding -> {
                    Rows rows = new Rows(node.layer(), shape, binding, x, t, w, isClass);
                    FloatBuffer out = binding.bytes(right).asFloatBuffer();
                    return key -> {
                        double sum = 0;
                        for (int row = 0; row < rows.rows; row++) {
                            if (rows.weight(row) != 0) {
                                int label = rows.read(row);
                                double share = label >= 0 ? hit(rows.x, label) : agreement(rows.x, rows.t);
                                sum += rows.weight(row) * share;
                            }
                        }
                        out.put(0, (float) sum);
                    };
                })
                .read(x)
                .read(t)
                .read(w)
                .write(right);
        c.values().define(node.output(0), right);
    }

    private static double hit(float[] x, int label) {
        int best = 0;
        for (int k = 1; k < x.length; k++) {
            if (x[k] > x[best]) {
                best = k;
            }
        }
        return best == label ? 1 : 0;
    }

    private static double agreement(float[] x, float[] t) {
        int same = 0;
        for (int k = 0; k < x.length; k++) {
            if ((x[k] > 0) == (t[k] > 0.5f)) {
                same++;
            }
        }
        return (double) same / x.length;
    }
}
