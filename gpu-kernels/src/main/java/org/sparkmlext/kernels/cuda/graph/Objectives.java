package org.sparkmlext.kernels.cuda.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles softmax, losses and the count of right predictions: {@code objectives.cu}. */
record Objectives(Compilation c) {

    private static final String FILE = "objectives";
    private static final int THREADS = 256;

    /** In the order of {@code objectives.cu}. */
    private enum Kind {
        SPARSE,
        FOCAL,
        PROBABILITIES,
        BINARY,
        FOCAL_BINARY,
        SQUARED,
        ABSOLUTE,
        HUBER,
        QUANTILE
    }

    /** A loss as the kernels take it. @param parameter smoothing, focusing or delta */
    private record Formula(Kind kind, double parameter, List<Float> levels) {

        Formula(Kind kind, double parameter) {
            this(kind, parameter, List.of());
        }

        static Formula of(LossFunction function) {
            if (function instanceof LossFunction.CrossEntropy f) {
                return f.focusing() > 0
                        ? new Formula(Kind.FOCAL, f.focusing())
                        : new Formula(Kind.SPARSE, f.labelSmoothing());
            } else if (function instanceof LossFunction.DenseCrossEntropy) {
                return new Formula(Kind.PROBABILITIES, 0);
            } else if (function instanceof LossFunction.BinaryCrossEntropy f) {
                return f.focusing() > 0
                        ? new Formula(Kind.FOCAL_BINARY, f.focusing())
                        : new Formula(Kind.BINARY, f.labelSmoothing());
            } else if (function instanceof LossFunction.SquaredError) {
                return new Formula(Kind.SQUARED, 0);
            } else if (function instanceof LossFunction.AbsoluteError) {
                return new Formula(Kind.ABSOLUTE, 0);
            } else if (function instanceof LossFunction.Huber f) {
                return new Formula(Kind.HUBER, f.delta());
            }
            return new Formula(Kind.QUANTILE, 0, ((LossFunction.Quantile) function).levels());
        }
    }

    /** @param lengths of rows of which a part only takes part */
    void softmax(Node node, @Nullable Slot lengths) {
        Shape shape = c.shape(node.input(0));
        int width = shape.size(shape.rank() - 1);
        c.launches()
                .sums(
                        FILE,
                        "softmax",
                        shape.elements() / width,
                        width,
                        c.read(node.input(0)),
                        lengths,
                        c.make(node.output(0)),
                        shape.elementsPerRow() / width,
                        width);
    }

    void softmaxGradient(Node node) {
        Shape shape = c.shape(node.input(0));
        int width = shape.size(shape.rank() - 1);
        c.launches()
                .sums(
                        FILE,
                        "softmax_gradient",
                        shape.elements() / width,
                        width,
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.make(node.output(0)),
                        width);
    }

    void loss(Node node, LossFunction function) {
        if (c.readers().isRead(node.output(0))) {
            Slot rows = c.scratch((long) c.graph().rows() * Double.BYTES);
            ofRows(node, function, "losses_of_rows", rows);
            sum("sum_doubles", rows, c.make(node.output(0)));
        }
        // Of a loss and its metrics one sum of the same weights is enough.
        if (c.readers().isRead(node.output(1))) {
            sum("sum_floats", c.read(node.input(2)), c.make(node.output(1)));
        }
    }

    void gradient(Node node, LossFunction function) {
        ofRows(node, function, "loss_gradients", c.make(node.output(0)));
    }

    private void ofRows(Node node, LossFunction function, String kernel, Slot target) {
        Formula formula = Formula.of(function);
        boolean isClass = function.hasClassTarget();
        int width = c.shape(node.input(0)).size(1);
        checkClasses(node, isClass, width);
        float[] levels = new float[formula.levels().size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = formula.levels().get(i);
        }
        Slot targets = c.read(node.input(1));
        c.launches()
                .each(
                        FILE,
                        kernel,
                        c.graph().rows(),
                        formula.kind().ordinal(),
                        formula.parameter(),
                        levels.length == 0 ? null : c.constant(levels),
                        levels.length,
                        c.read(node.input(0)),
                        isClass ? targets : null,
                        isClass ? null : targets,
                        c.read(node.input(2)),
                        target,
                        width);
    }

    private void checkClasses(Node node, boolean isClass, int width) {
        if (isClass) {
            c.checks().classes(node, node.input(1), node.input(2), width);
        }
    }

    void correct(Node node) {
        boolean isClass = c.graph().type(node.input(1)).element() == Element.INT;
        int width = c.shape(node.input(0)).size(1);
        checkClasses(node, isClass, width);
        Slot targets = c.read(node.input(1));
        Slot rows = c.scratch((long) c.graph().rows() * Double.BYTES);
        @Nullable Slot labels = isClass ? targets : null;
        c.launches()
                .each(
                        FILE,
                        "hits_of_rows",
                        c.graph().rows(),
                        c.read(node.input(0)),
                        labels,
                        isClass ? null : targets,
                        c.read(node.input(2)),
                        rows,
                        width);
        sum("sum_doubles", rows, c.make(node.output(0)));
    }

    /** The sum of a number a row, by one block. */
    private void sum(String kernel, Slot values, Slot sum) {
        c.launches()
                .add(FILE, kernel, Grid.of(1, THREADS), values, sum, c.graph().rows());
    }
}
