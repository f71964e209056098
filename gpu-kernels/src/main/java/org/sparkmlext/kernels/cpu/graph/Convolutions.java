package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Compiles convolutions; the library chooses every layout. */
final class Convolutions {

    private final Compilation c;
    /** Forward passes by what their backward passes know of them: the library wants to see one. */
    private final Map<Geometry, convolution_forward.primitive_desc> forwards = new HashMap<>();

    private record Geometry(Window2d window, int groups, Shape images, Shape weights) {
        long[] strides() {
            return new long[] {window.strideHeight(), window.strideWidth()};
        }

        /** The library counts the gaps. */
        long[] dilation() {
            return new long[] {window.dilationHeight() - 1, window.dilationWidth() - 1};
        }

        long[] before() {
            return new long[] {window.padTop(), window.padLeft()};
        }

        long[] after() {
            return new long[] {window.padBottom(), window.padRight()};
        }

        long[] outputs() {
            return new long[] {
                images.size(0), weights.size(0), window.outputHeight(images.size(2)), window.outputWidth(images.size(3))
            };
        }

        /** Sizes of the weights; with groups the first axis is the group. */
        long[] weightSizes() {
            long[] sizes = Layouts.sizes(weights);
            return groups == 1 ? sizes : new long[] {groups, sizes[0] / groups, sizes[1], sizes[2], sizes[3]};
        }
    }

    Convolutions(Compilation c) {
        this.c = c;
    }

    private memory.desc any(long... sizes) {
        return Layouts.any(c.number(), sizes);
    }

    private convolution_forward.primitive_desc describe(
            Geometry g, memory.data_type outputType, boolean hasBias, @Nullable Node activation) {
        return new convolution_forward.primitive_desc(
                c.engine(),
                c.graph().isTraining() ? prop_kind.forward_training : prop_kind.forward_inference,
                algorithm.convolution_direct,
                any(Layouts.sizes(g.images())),
                any(g.weightSizes()),
                hasBias ? Layouts.plain(Layouts.F32, g.outputs()[1]) : new memory.desc(),
                Layouts.any(outputType, g.outputs()),
                g.strides(),
                g.dilation(),
                g.before(),
                g.after(),
                Activations.attributes(activation),
                false);
    }

    void forward(Node node, Conv2d op) {
        Geometry g = new Geometry(op.window(), op.groups(), c.shape(node.input(0)), c.shape(node.input(1)));
        boolean hasBias = node.inputs().size() == 3;
        convolution_forward.primitive_desc description = describe(
                g, c.typeToMake(c.fusions().result(node)), hasBias, c.fusions().activation(node));
        forwards.put(g, description);
        Tensor x = c.values().get(node.input(0), description.src_desc());
        Tensor w = c.values().get(node.input(1), description.weights_desc());
        Tensor y = Tensor.of(description.dst_desc());
        Tensor bias = hasBias ? c.readPlain(node.input(2)) : null;
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

    private convolution_forward.primitive_desc forwardOf(Geometry g) {
        return forwards.computeIfAbsent(g, missing -> describe(missing, c.number(), false, null));
    }

    void inputGradient(Node node, Conv2d.InputGradient op) {
        Geometry g = new Geometry(op.window(), op.groups(), op.images(), c.shape(node.input(1)));
        convolution_backward_data.primitive_desc description = new convolution_backward_data.primitive_desc(
                c.engine(),
                algorithm.convolution_direct,
                any(Layouts.sizes(g.images())),
                any(g.weightSizes()),
                any(g.outputs()),
                g.strides(),
                g.dilation(),
                g.before(),
                g.after(),
                forwardOf(g),
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

    void weightGradient(Node node, Conv2d.WeightGradient op) {
        Geometry g = new Geometry(op.window(), op.groups(), c.shape(node.input(0)), op.weights());
        convolution_backward_weights.primitive_desc description = new convolution_backward_weights.primitive_desc(
                c.engine(),
                algorithm.convolution_direct,
                any(Layouts.sizes(g.images())),
                Layouts.any(Layouts.F32, g.weightSizes()),
                op.hasBias() ? Layouts.plain(Layouts.F32, g.outputs()[1]) : new memory.desc(),
                any(g.outputs()),
                g.strides(),
                g.dilation(),
                g.before(),
                g.after(),
                forwardOf(g),
                StepList.attributes(),
                false);
        Tensor x = c.values().get(node.input(0), description.src_desc());
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
