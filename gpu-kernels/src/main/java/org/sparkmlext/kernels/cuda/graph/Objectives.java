package org.sparkmlext.kernels.cuda.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles softmax, losses and the count of right predictions: {@code objectives.cu}. */
final class Objectives {

    private static final String FILE = "objectives";
    private static final int THREADS = 256;
    /** Of losses, weights and hits. */
    private static final int SUMS = 3;

    private final Compilation c;
    /** Nodes whose launches were added, with their own or with another's. */
    private final Set<Integer> done = new HashSet<>();

    Objectives(Compilation c) {
        this.c = c;
    }

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

        /** Where no loss is wanted. */
        static final Formula NONE = new Formula(Kind.SPARSE, 0);

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

    /**
     * Compiles a loss, the gradient of one, or the count of what is right: together with those of the three that read the same inputs, in two
     * launches.
     */
    void compile(Node node) {
        if (done.contains(node.id())) {
            return;
        }
        @Nullable LossFunction function = functionAt(node);
        @Nullable Node loss = function == null ? null : take(node, new Loss(function));
        @Nullable Node gradient = function == null ? null : take(node, new Loss.Gradient(function));
        @Nullable Node correct = take(node, new Correct());
        boolean isClass = c.graph().type(node.input(1)).element() == Element.INT;
        if (isClass) {
            int classes = c.shape(node.input(0)).size(1);
            c.checks().classes(node, node.input(1), node.input(2), classes);
        }
        @Nullable Slot sumOfLosses = loss == null ? null : makeRead(loss.output(0));
        // Of a loss and its metrics one sum of the same weights is enough.
        @Nullable Slot sumOfWeights = loss == null ? null : makeRead(loss.output(1));
        @Nullable Slot sumOfHits = correct == null ? null : c.make(correct.output(0));
        @Nullable Slot losses = sumOfLosses == null ? null : doubles();
        @Nullable Slot hits = sumOfHits == null ? null : doubles();
        @Nullable Slot dx = gradient == null ? null : c.make(gradient.output(0));
        if (losses != null || hits != null || dx != null) {
            ofRows(node, function, isClass, losses, hits, dx);
        }
        if (sumOfLosses != null || sumOfWeights != null || sumOfHits != null) {
            Slot weights = c.read(node.input(2));
            int rows = c.graph().rows();
            Grid grid = Grid.of(SUMS, THREADS);
            c.launches()
                    .add(
                            FILE,
                            "sum_objectives",
                            grid,
                            losses,
                            weights,
                            hits,
                            sumOfLosses,
                            sumOfWeights,
                            sumOfHits,
                            rows);
        }
    }

    /** The loss function of a node, or of the first that reads the same inputs and has one; null if there is none. */
    private @Nullable LossFunction functionAt(Node node) {
        return Stream.concat(Stream.of(node), c.graph().nodes().stream())
                .filter(other -> isWanted(node, other))
                .flatMap(Objectives::function)
                .findFirst()
                .orElse(null);
    }

    private static Stream<LossFunction> function(Node node) {
        if (node.op() instanceof Loss loss) {
            return Stream.of(loss.function());
        }
        return node.op() instanceof Loss.Gradient gradient ? Stream.of(gradient.function()) : Stream.empty();
    }

    private boolean isWanted(Node node, Node other) {
        return other.inputs().equals(node.inputs()) && !c.readers().isUnused(other) && !done.contains(other.id());
    }

    /** The node of an op that reads the same inputs, which is done with this call; null if there is none. */
    private @Nullable Node take(Node node, Op op) {
        for (Node other : c.graph().nodes()) {
            if (other.op().equals(op) && isWanted(node, other)) {
                done.add(other.id());
                if (!other.equals(node)) {
                    for (int i = 0; i < other.types().size(); i++) {
                        c.makeAhead(other.output(i));
                    }
                }
                return other;
            }
        }
        return null;
    }

    private @Nullable Slot makeRead(Value value) {
        return c.readers().isRead(value) ? c.make(value) : null;
    }

    /** A number a row. */
    private Slot doubles() {
        return c.scratch((long) c.graph().rows() * Double.BYTES);
    }

    private void ofRows(
            Node node,
            @Nullable LossFunction function,
            boolean isClass,
            @Nullable Slot losses,
            @Nullable Slot hits,
            @Nullable Slot dx) {
        Formula formula = function == null ? Formula.NONE : Formula.of(function);
        float[] levels = new float[formula.levels().size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = formula.levels().get(i);
        }
        Slot targets = c.read(node.input(1));
        c.launches()
                .each(
                        FILE,
                        "objectives_of_rows",
                        c.graph().rows(),
                        formula.kind().ordinal(),
                        formula.parameter(),
                        levels.length == 0 ? null : c.constant(levels),
                        levels.length,
                        c.read(node.input(0)),
                        isClass ? targets : null,
                        isClass ? null : targets,
                        c.read(node.input(2)),
                        losses,
                        hits,
                        dx,
                        c.shape(node.input(0)).size(1));
    }
}
