package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.PoolSteps;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepsNorm;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WindowDenorm;
import org.sparkmlext.kernels.graph.WindowScale;

/** Compiles ops that heed where rows end, vectors of ids, and windows: {@code sequences.cu}. */
record Sequences(Compilation c) {

    private static final String FILE = "sequences";

    /** Lengths at an op's input, which are checked before a run; null where there are none. */
    @Nullable
    Slot lengths(Node node, int input, int steps) {
        if (node.inputs().size() <= input) {
            return null;
        }
        c.checks().lengths(node, node.input(input), steps);
        return c.read(node.input(input));
    }

    private void each(Node node, String kernel, @Nullable Object... arguments) {
        c.launches().each(FILE, kernel, c.elements(node.output(0)), arguments);
    }

    /** An op of one value N x T x K and lengths that makes one value. */
    void steps(Node node, String kernel) {
        steps(node, kernel, c.shape(node.input(0)));
    }

    /** @param all the shape of all steps */
    void steps(Node node, String kernel, Shape all) {
        Slot x = c.read(node.input(0));
        each(node, kernel, x, lengths(node, 1, all.size(1)), c.make(node.output(0)), all.size(1), all.size(2));
    }

    /** Zeros behind the end of each row. */
    void mask(Slot x, Slot lengths, Slot y, Shape shape) {
        c.launches().each(FILE, "mask_steps", shape.elements(), x, lengths, y, shape.size(1), shape.size(2));
    }

    /** Each row one step later. */
    void delay(Slot x, Slot y, Shape shape) {
        c.launches().each(FILE, "delay_steps", shape.elements(), x, y, shape.size(1), shape.size(2));
    }

    private static int isMax(PoolSteps.Statistic statistic) {
        return statistic == PoolSteps.Statistic.MAX ? 1 : 0;
    }

    void pool(Node node, PoolSteps op) {
        Shape x = c.shape(node.input(0));
        each(
                node,
                "pool_steps",
                isMax(op.statistic()),
                c.read(node.input(0)),
                lengths(node, 1, x.size(1)),
                c.make(node.output(0)),
                x.size(1),
                x.size(2));
    }

    void poolGradient(Node node, PoolSteps.Gradient op) {
        Shape x = c.shape(node.input(1));
        c.launches()
                .each(
                        FILE,
                        "pool_steps_gradient",
                        c.elements(node.input(0)),
                        isMax(op.statistic()),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        lengths(node, 2, x.size(1)),
                        c.make(node.output(0)),
                        x.size(1),
                        x.size(2));
    }

    void norm(Node node, StepsNorm op) {
        Shape x = c.shape(node.input(0));
        c.launches()
                .sums(
                        FILE,
                        "normalize_steps",
                        x.size(2),
                        (long) x.size(0) * x.size(1),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        lengths(node, 3, x.size(1)),
                        c.make(node.output(0)),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        op.epsilon(),
                        x.size(0),
                        x.size(1),
                        x.size(2));
    }

    void normGradient(Node node, StepsNorm.Gradient op) {
        Shape x = c.shape(node.input(0));
        c.launches()
                .sums(
                        FILE,
                        "normalize_steps_gradient",
                        x.size(2),
                        (long) x.size(0) * x.size(1),
                        c.read(node.input(0)),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.read(node.input(3)),
                        c.read(node.input(4)),
                        lengths(node, 5, x.size(1)),
                        c.make(node.output(0)),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        op.epsilon(),
                        x.size(0),
                        x.size(1),
                        x.size(2));
    }

    void scale(Node node, WindowScale op) {
        Shape x = c.shape(node.input(0));
        each(
                node,
                "window_scale",
                op.level() == WindowScale.Level.MEAN ? 1 : 0,
                op.isScaled() ? 1 : 0,
                op.epsilon(),
                c.read(node.input(0)),
                lengths(node, 1, x.size(1)),
                c.make(node.output(0)),
                c.make(node.output(1)),
                x.size(1),
                x.size(2));
    }

    void normalize(Node node) {
        Shape x = c.shape(node.input(0));
        each(
                node,
                "window_norm",
                c.read(node.input(0)),
                c.read(node.input(1)),
                c.read(node.input(2)),
                lengths(node, 3, x.size(1)),
                c.make(node.output(0)),
                x.size(1),
                x.size(2));
    }

    void denormalize(Node node, WindowDenorm op) {
        denormalize(node, op, c.read(node.input(1)), node.input(2));
    }

    void denormalizeGradient(Node node, WindowDenorm.Gradient op) {
        denormalize(node, op.of(), null, node.input(1));
    }

    private void denormalize(Node node, WindowDenorm op, @Nullable Slot levels, Value scales) {
        int outputs = c.shape(node.input(0)).size(1);
        each(
                node,
                "window_denorm",
                c.read(node.input(0)),
                levels,
                c.read(scales),
                c.constant(op.channelsOf(outputs)),
                c.make(node.output(0)),
                outputs,
                c.shape(scales).size(1));
    }

    void embed(Node node) {
        Shape y = c.shape(node.output(0));
        @Nullable Slot lengths = lengths(node, 2, y.size(1));
        c.checks()
                .ids(
                        node,
                        node.input(0),
                        lengths == null ? null : node.input(2),
                        c.shape(node.input(1)).size(0));
        Slot ids = c.read(node.input(0));
        Slot table = c.read(node.input(1));
        each(node, "embed", ids, table, lengths, c.make(node.output(0)), y.size(1), y.size(2));
    }

    void embedGradient(Node node, Embedding.Gradient op) {
        Shape shape = c.shape(node.input(0));
        Slot dy = c.read(node.input(0));
        Slot ids = c.read(node.input(1));
        @Nullable Slot lengths = lengths(node, 2, shape.size(1));
        int cells = op.table().elements();
        Slot bits = c.scratch(Integer.BYTES);
        Slot sums = c.scratch((long) cells * Long.BYTES);
        c.launches().each(FILE, "clear_ints", 1, bits);
        c.launches().each(FILE, "clear_ints", Math.multiplyExact(2, cells), sums);
        c.launches().each(FILE, "largest_magnitude", shape.elements(), dy, bits);
        c.launches()
                .each(FILE, "embed_sums", shape.elements(), dy, ids, lengths, bits, sums, shape.size(1), shape.size(2));
        c.launches()
                .each(FILE, "embed_gradient", cells, sums, bits, c.make(node.output(0)), shape.size(0) * shape.size(1));
    }
}
