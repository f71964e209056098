package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles softmax, in float32 whatever the precision of the program. */
record Softmaxes(Compilation c) {

    private softmax_forward.primitive_desc describe(memory.desc x) {
        return new softmax_forward.primitive_desc(
                c.engine(),
                prop_kind.forward_training,
                algorithm.softmax_accurate,
                x,
                x,
                x.get_ndims() - 1,
                StepList.attributes(),
                false);
    }

    void forward(Node node) {
        Tensor x = c.readPlain(node.input(0));
        RowLoop loop = node.inputs().size() > 1 ? loop(node) : null;
        if (loop != null) {
            x = masked(loop, x);
        }
        Tensor y = Tensor.of(x.desc());
        c.steps().add(describe(x.desc())).read(dnnl.DNNL_ARG_SRC, x).write(dnnl.DNNL_ARG_DST, y);
        c.steps().mayShare(x, y);
        if (loop != null) {
            clearEmpty(loop, y);
        }
        c.values().define(node.output(0), y);
    }

    private RowLoop loop(Node node) {
        Shape shape = c.shape(node.input(0));
        return new RowLoop(node, c.read(node.input(1)), shape.size(0), shape.size(shape.rank() - 1));
    }

    /** A copy whose elements behind a row's length vanish in the exponential. */
    private Tensor masked(RowLoop loop, Tensor x) {
        Tensor masked = Tensor.of(x.desc());
        int width = loop.steps();
        int perRow = (int) (x.desc().get_size() / Float.BYTES / loop.rows());
        float[] nothing = new float[width];
        // The least of all floats, and not infinity: it takes part in a subtraction, and in a search for what is not
        // finite.
        Arrays.fill(nothing, -Float.MAX_VALUE);
        JavaStep step = c.steps().add("java mask", binding -> {
            FloatBuffer from = binding.bytes(x).asFloatBuffer();
            FloatBuffer to = binding.bytes(masked).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                for (int at = row * perRow; at < (row + 1) * perRow; at += width) {
                    to.put(at, from, at, length);
                    to.put(at + length, nothing, length, width - length);
                }
            });
        });
        loop.readBy(step.read(x).write(masked));
        return masked;
    }

    /** Sets rows of length 0, whose shares are even by now, to 0. */
    private void clearEmpty(RowLoop loop, Tensor y) {
        int perRow = (int) (y.desc().get_size() / Float.BYTES / loop.rows());
        float[] zeros = new float[perRow];
        JavaStep step = c.steps().add("java clear", binding -> {
            FloatBuffer to = binding.bytes(y).asFloatBuffer();
            return loop.work(binding, (row, length) -> {
                if (length == 0) {
                    to.put(row * perRow, zeros);
                }
            });
        });
        loop.readBy(step.read(y).write(y));
    }

    void gradient(Node node) {
        Tensor dy = c.readPlain(node.input(0));
        Tensor y = c.readPlain(node.input(1));
        Tensor dx = Tensor.of(y.desc());
        softmax_backward.primitive_desc description = new softmax_backward.primitive_desc(
                c.engine(),
                algorithm.softmax_accurate,
                dx.desc(),
                dy.desc(),
                y.desc(),
                y.desc().get_ndims() - 1,
                describe(y.desc()),
                StepList.attributes(),
                false);
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_DST, y)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .write(dnnl.DNNL_ARG_DIFF_SRC, dx);
        c.steps().mayShare(dy, dx);
        c.values().define(node.output(0), dx);
    }
}
