package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/** Compiles max and average pooling; max pooling with the gradient of the ReLU before it where {@link Fusions} says so. */
final class Poolings {

    private final Compilation c;
    private final Activations activations;
    /** Forward passes of max pooling by the value that tells where the maxima came from. */
    private final Map<Value, Maxima> maxima = new HashMap<>();

    /** Layouts of the images that were averaged: their gradient best comes in the same. */
    private final Map<Average, memory.desc> averages = new HashMap<>();

    private record Maxima(pooling_forward.primitive_desc description, Tensor workspace) {}

    private record Average(Window2d window, Shape images) {}

    Poolings(Compilation c, Activations activations) {
        this.c = c;
        this.activations = activations;
    }

    private pooling_forward.primitive_desc describe(algorithm name, Window2d w, memory.desc images) {
        long[] sizes = Layouts.sizes(images);
        memory.desc output = Layouts.any(
                images.get_data_type(), sizes[0], sizes[1], w.outputHeight((int) sizes[2]), w.outputWidth((int)
                        sizes[3]));
        return new pooling_forward.primitive_desc(
                c.engine(),
                c.graph().isTraining() ? prop_kind.forward_training : prop_kind.forward_inference,
                name,
                images,
                output,
                strides(w),
                kernel(w),
                new long[] {0, 0},
                before(w),
                after(w),
                StepList.attributes(),
                false);
    }

    private pooling_backward.primitive_desc describeGradient(
            algorithm name, Window2d w, pooling_forward.primitive_desc forward) {
        return new pooling_backward.primitive_desc(
                c.engine(),
                name,
                forward.src_desc(),
                forward.dst_desc(),
                strides(w),
                kernel(w),
                new long[] {0, 0},
                before(w),
                after(w),
                forward,
                StepList.attributes(),
                false);
    }

    private static long[] strides(Window2d w) {
        return new long[] {w.strideHeight(), w.strideWidth()};
    }

    private static long[] kernel(Window2d w) {
        return new long[] {w.kernelHeight(), w.kernelWidth()};
    }

    private static long[] before(Window2d w) {
        return new long[] {w.padTop(), w.padLeft()};
    }

    private static long[] after(Window2d w) {
        return new long[] {w.padBottom(), w.padRight()};
    }

    void max(Node node, MaxPool2d op) {
        Tensor x = c.read(node.input(0));
        pooling_forward.primitive_desc description = describe(algorithm.pooling_max, op.window(), x.desc());
        Tensor y = Tensor.of(description.dst_desc());
        PrimitiveStep step =
                c.steps().add(description).read(dnnl.DNNL_ARG_SRC, x).write(dnnl.DNNL_ARG_DST, y);
        if (c.graph().isTraining()) {
            Tensor workspace = Tensor.of(description.workspace_desc());
            step.writeOpaque(dnnl.DNNL_ARG_WORKSPACE, workspace);
            maxima.put(node.output(1), new Maxima(description, workspace));
        }
        c.values().define(node.output(0), y);
    }

    void maxGradient(Node node, MaxPool2d.Gradient op) {
        Maxima forward = maxima.get(node.input(1));
        if (forward == null) {
            throw new IllegalArgumentException("the second input is no output of a max pooling");
        }
        pooling_backward.primitive_desc description =
                describeGradient(algorithm.pooling_max, op.window(), forward.description());
        Node relu = c.fusions().gradientOfPool(node);
        Tensor dy = c.values().get(node.input(0), description.diff_dst_desc());
        Tensor dx = Tensor.of(description.diff_src_desc());
        if (relu != null) {
            Value pooled = c.graph().node(node.input(1)).output(0);
            Tensor y = c.values().get(pooled, description.diff_dst_desc());
            dy = activations.gradient(relu, y, dy);
        }
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .read(dnnl.DNNL_ARG_WORKSPACE, forward.workspace())
                .write(dnnl.DNNL_ARG_DIFF_SRC, dx);
        c.values().define(relu == null ? node.output(0) : relu.output(0), dx);
    }

    private static algorithm average(boolean countsPadding) {
        return countsPadding ? algorithm.pooling_avg_include_padding : algorithm.pooling_avg_exclude_padding;
    }

    void average(Node node, AveragePool2d op) {
        Tensor x = c.read(node.input(0));
        pooling_forward.primitive_desc description = describe(average(op.countsPadding()), op.window(), x.desc());
        Tensor y = Tensor.of(description.dst_desc());
        c.steps().add(description).read(dnnl.DNNL_ARG_SRC, x).write(dnnl.DNNL_ARG_DST, y);
        averages.put(new Average(op.window(), c.shape(node.input(0))), x.desc());
        c.values().define(node.output(0), y);
    }

    void averageGradient(Node node, AveragePool2d.Gradient op) {
        memory.desc images =
                averages.getOrDefault(new Average(op.window(), op.images()), Layouts.plain(c.number(), op.images()));
        algorithm name = average(op.countsPadding());
        pooling_backward.primitive_desc description =
                describeGradient(name, op.window(), describe(name, op.window(), images));
        Tensor dy = c.values().get(node.input(0), description.diff_dst_desc());
        Tensor dx = Tensor.of(description.diff_src_desc());
        c.steps().add(description).read(dnnl.DNNL_ARG_DIFF_DST, dy).write(dnnl.DNNL_ARG_DIFF_SRC, dx);
        c.values().define(node.output(0), dx);
    }
}
