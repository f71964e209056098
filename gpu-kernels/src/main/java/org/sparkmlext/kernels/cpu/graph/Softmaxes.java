package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.sparkmlext.kernels.graph.Node;

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
        Tensor y = Tensor.of(x.desc());
        c.steps().add(describe(x.desc())).read(dnnl.DNNL_ARG_SRC, x).write(dnnl.DNNL_ARG_DST, y);
        c.steps().mayShare(x, y);
        c.values().define(node.output(0), y);
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
