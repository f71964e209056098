package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles dense layers. Rows that are images stay in the images' layout: the weights are brought into it instead. */
final class DenseLayers {

    /**
     * With fewer rows a unit it is less work to bring rows and their gradient into plain order than weights, on loading, and their
     * gradient into the images' layout and out of it.
     */
    private static final int ROWS_A_UNIT = 1;

    /** Most axes the library takes. */
    private static final int MAX_RANK = 5;

    private final Compilation c;
    private final Map<Rows, inner_product_forward.primitive_desc> forwards = new HashMap<>();
    private final Map<Value, memory.desc> rowLayouts = new HashMap<>();

    /** What forward and backward pass of a layer know of each other. */
    private record Rows(Shape rows, int units) {}

    DenseLayers(Compilation c) {
        this.c = c;
    }

    /** Rows as the library takes them: images in their layout, or, where that is less work, in plain order. */
    private Tensor rows(Value value, int units) {
        Value source = c.fusions().unreshaped(value);
        Shape shape = c.shape(source);
        if (shape.rank() <= MAX_RANK && (shape.rank() == 2 || shape.size(0) > units * ROWS_A_UNIT)) {
            return c.readNumber(source);
        }
        Tensor plain = c.values().get(source, Layouts.plain(c.number(), shape));
        return plain.as(Layouts.plain(c.number(), shape.size(0), shape.elementsPerRow()));
    }

    private static long[] weightSizes(memory.desc rows, int units) {
        long[] sizes = Layouts.sizes(rows);
        sizes[0] = units;
        return sizes;
    }

    private inner_product_forward.primitive_desc describe(
            memory.desc rows, int units, memory.data_type outputType, boolean hasBias, @Nullable Node activation) {
        return new inner_product_forward.primitive_desc(
                c.engine(),
                c.graph().isTraining() ? prop_kind.forward_training : prop_kind.forward_inference,
                rows,
                Layouts.any(c.number(), weightSizes(rows, units)),
                hasBias ? Layouts.plain(Layouts.F32, units) : new memory.desc(),
                Layouts.plain(outputType, rowsOf(rows), units),
                Activations.attributes(activation),
                false);
    }

    private static long rowsOf(memory.desc rows) {
        return Layouts.sizes(rows)[0];
    }

    void forward(Node node) {
        int units = c.shape(node.input(1)).size(0);
        Tensor x = rows(node.input(0), units);
        boolean hasBias = node.inputs().size() == 3;
        inner_product_forward.primitive_desc description = describe(
                x.desc(),
                units,
                c.typeToMake(c.fusions().result(node)),
                hasBias,
                c.fusions().activation(node));
        forwards.put(new Rows(c.shape(node.input(0)), units), description);
        rowLayouts.put(node.input(1), x.desc());
        Tensor w = c.values().get(node.input(1), description.weights_desc());
        Tensor bias = hasBias ? c.readPlain(node.input(2)) : null;
        Tensor y = Tensor.of(description.dst_desc());
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_WEIGHTS, w)
                .write(dnnl.DNNL_ARG_DST, y);
        if (bias != null) {
            step.read(dnnl.DNNL_ARG_BIAS, bias);
        }
        c.values().define(c.fusions().result(node), y);
    }

    private inner_product_forward.primitive_desc forwardOf(Shape rows, memory.desc layout, int units) {
        return forwards.computeIfAbsent(
                new Rows(rows, units), missing -> describe(layout, units, c.number(), false, null));
    }

    void inputGradient(Node node, Dense.InputGradient op) {
        int units = c.shape(node.input(1)).size(0);
        memory.desc rows = rowLayouts.getOrDefault(node.input(1), Layouts.plain(c.number(), op.rows()));
        inner_product_backward_data.primitive_desc description = new inner_product_backward_data.primitive_desc(
                c.engine(),
                rows,
                Layouts.any(c.number(), weightSizes(rows, units)),
                Layouts.any(c.number(), rowsOf(rows), units),
                forwardOf(op.rows(), rows, units),
                StepList.attributes(),
                false);
        Tensor dy = c.values().get(node.input(0), description.diff_dst_desc());
        Tensor w = c.values().get(node.input(1), description.weights_desc());
        Tensor dx = Tensor.of(description.diff_src_desc());
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .read(dnnl.DNNL_ARG_WEIGHTS, w)
                .write(dnnl.DNNL_ARG_DIFF_SRC, dx);
        c.values().define(node.output(0), dx);
    }

    void weightGradient(Node node, Dense.WeightGradient op) {
        int units = c.shape(node.input(1)).size(1);
        Tensor x = rows(node.input(0), units);
        inner_product_backward_weights.primitive_desc description = new inner_product_backward_weights.primitive_desc(
                c.engine(),
                x.desc(),
                Layouts.any(Layouts.F32, weightSizes(x.desc(), units)),
                op.hasBias() ? Layouts.plain(Layouts.F32, units) : new memory.desc(),
                Layouts.any(c.number(), rowsOf(x.desc()), units),
                forwardOf(c.shape(node.input(0)), x.desc(), units),
                StepList.attributes(),
                false);
        Tensor dy = c.values().get(node.input(1), description.diff_dst_desc());
        PlainResult dw = PlainResult.of(c, node.output(0), description.diff_weights_desc());
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .write(dnnl.DNNL_ARG_DIFF_WEIGHTS, dw.made());
        if (op.hasBias()) {
            Tensor db = c.makePlain(node.output(1));
            step.write(dnnl.DNNL_ARG_DIFF_BIAS, db);
            c.values().define(node.output(1), db);
        }
        dw.define();
    }
}
