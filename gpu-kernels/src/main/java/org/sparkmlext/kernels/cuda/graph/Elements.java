package org.sparkmlext.kernels.cuda.graph;

import java.util.List;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.PositionalEncoding;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Slice;
import org.sparkmlext.kernels.graph.Value;

/** Compiles ops that compute element by element or move elements: {@code elements.cu}. */
record Elements(Compilation c) {

    private static final String FILE = "elements";

    private void each(Node node, String kernel, Object... arguments) {
        c.launches().each(FILE, kernel, c.elements(node.output(0)), arguments);
    }

    void activation(Node node, Activation op) {
        Slot x = c.read(node.input(0));
        each(node, "activate", op.function().ordinal(), op.alpha(), x, c.make(node.output(0)));
    }

    void activationGradient(Node node, Activation.Gradient op) {
        Slot dy = c.read(node.input(0));
        Slot read = c.read(node.input(1));
        each(node, "activate_gradient", op.function().ordinal(), op.alpha(), dy, read, c.make(node.output(0)));
    }

    /** In the order of the inputs. */
    void sum(Node node) {
        Slot y = c.make(node.output(0));
        Slot sum = c.read(node.input(0));
        for (Value other : node.inputs().subList(1, node.inputs().size())) {
            each(node, "add", sum, c.read(other), y);
            sum = y;
        }
    }

    void multiply(Node node) {
        each(node, "multiply", c.read(node.input(0)), c.read(node.input(1)), c.make(node.output(0)));
    }

    /** Elements of an axis and of all behind it. */
    private static int run(Shape shape, int axis) {
        int run = 1;
        for (int a = axis; a < shape.rank(); a++) {
            run *= shape.size(a);
        }
        return run;
    }

    void concat(Node node, Concat op) {
        Slot y = c.make(node.output(0));
        int whole = run(c.shape(node.output(0)), op.axis());
        int at = 0;
        for (Value input : node.inputs()) {
            int part = run(c.shape(input), op.axis());
            c.launches().each(FILE, "copy_runs", c.elements(input), c.read(input), from(y, at), part, part, whole);
            at += part;
        }
    }

    private static Slot from(Slot slot, int floats) {
        return slot.from((long) floats * Float.BYTES);
    }

    void slice(Node node, Slice op) {
        Shape whole = c.shape(node.input(0));
        int step = run(whole, op.axis());
        int part = run(c.shape(node.output(0)), op.axis());
        Slot x = from(c.read(node.input(0)), op.from() * (step / whole.size(op.axis())));
        each(node, "copy_runs", x, c.make(node.output(0)), part, step, part);
    }

    void sliceGradient(Node node, Slice.Gradient op) {
        int step = run(op.whole(), op.axis());
        int part = run(c.shape(node.input(0)), op.axis());
        Slot dx = c.make(node.output(0));
        each(node, "fill", dx, 0f);
        c.launches()
                .each(
                        FILE,
                        "copy_runs",
                        c.elements(node.input(0)),
                        c.read(node.input(0)),
                        from(dx, op.from() * (step / op.whole().size(op.axis()))),
                        part,
                        part,
                        step);
    }

    void stepsAsPixels(Node node) {
        Shape x = c.shape(node.input(0));
        each(node, "transpose", c.read(node.input(0)), c.make(node.output(0)), x.size(1), x.size(2));
    }

    void pixelsAsSteps(Node node) {
        Shape x = c.shape(node.input(0));
        each(node, "transpose", c.read(node.input(0)), c.make(node.output(0)), x.size(1), x.size(3));
    }

    void encode(Node node) {
        float[] table = PositionalEncoding.table(c.shape(node.input(0)));
        Slot x = c.read(node.input(0));
        each(node, "add_table", x, c.constant(table), c.make(node.output(0)), table.length);
    }

    void dropout(Node node, Dropout op) {
        Slot x = c.read(node.input(0));
        if (op.rate() == 0) {
            c.define(node.output(0), x);
            return;
        }
        Shape shape = c.shape(node.input(0));
        boolean isImage = shape.rank() == 4;
        each(
                node,
                "drop",
                x,
                c.read(node.input(1)),
                c.key(),
                op.stream(),
                CounterRandom.threshold(op.rate()),
                1 / (1 - op.rate()),
                isImage ? shape.size(1) : shape.elementsPerRow(),
                isImage ? shape.size(2) * shape.size(3) : 1,
                c.make(node.output(0)),
                c.makeOpaque(node.output(1), shape.elements()));
    }

    void dropoutGradient(Node node, Dropout.Gradient op) {
        Slot dy = c.read(node.input(0));
        if (op.rate() == 0) {
            c.define(node.output(0), dy);
            return;
        }
        each(node, "drop_gradient", dy, c.read(node.input(1)), 1 / (1 - op.rate()), c.make(node.output(0)));
    }

    void image(Node node, Image op) {
        Shape shape = c.shape(node.output(0));
        boolean isByte = c.graph().type(node.input(0)).element() == Element.BYTE;
        each(
                node,
                isByte ? "image_of_bytes" : "image_of_floats",
                c.read(node.input(0)),
                c.constant(floats(op.scale())),
                c.constant(floats(op.shift())),
                c.make(node.output(0)),
                shape.size(1),
                shape.size(2) * shape.size(3));
    }

    static float[] floats(List<Float> numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i);
        }
        return floats;
    }
}
