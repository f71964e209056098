package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.graph.LayerNorm;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Compiles layer normalisation. */
record LayerNorms(Compilation c) {

    private static final int FLAGS = normalization_flags.use_scale.value | normalization_flags.use_shift.value;

    private layer_normalization_forward.primitive_desc describe(memory.desc x, memory.desc statistics, float epsilon) {
        return new layer_normalization_forward.primitive_desc(
                c.engine(),
                prop_kind.forward_training.value,
                x,
                x,
                statistics,
                epsilon,
                FLAGS,
                StepList.attributes(),
                false);
    }

    private Tensor plainNumbers(Value value) {
        return c.values().get(value, Layouts.plain(c.number(), c.shape(value)));
    }

    void forward(Node node, LayerNorm op) {
        Tensor x = plainNumbers(node.input(0));
        Tensor y = Tensor.of(x.desc());
        Tensor mean = c.makePlain(node.output(1));
        Tensor variance = c.makePlain(node.output(2));
        c.steps()
                .add(describe(x.desc(), mean.desc(), op.epsilon()))
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_SCALE, c.readPlain(node.input(1)))
                .read(dnnl.DNNL_ARG_SHIFT, c.readPlain(node.input(2)))
                .write(dnnl.DNNL_ARG_DST, y)
                .write(dnnl.DNNL_ARG_MEAN, mean)
                .write(dnnl.DNNL_ARG_VARIANCE, variance);
        c.values().define(node.output(0), y);
        c.values().define(node.output(1), mean);
        c.values().define(node.output(2), variance);
    }

    void gradient(Node node, LayerNorm.Gradient op) {
        Tensor x = plainNumbers(node.input(0));
        Tensor dy = plainNumbers(node.input(1));
        Tensor scale = c.readPlain(node.input(2));
        Tensor mean = c.readPlain(node.input(3));
        Tensor variance = c.readPlain(node.input(4));
        Tensor dx = Tensor.of(x.desc());
        Tensor dScale = c.makePlain(node.output(1));
        Tensor dShift = c.makePlain(node.output(2));
        layer_normalization_backward.primitive_desc description = new layer_normalization_backward.primitive_desc(
                c.engine(),
                prop_kind.backward.value,
                dx.desc(),
                dy.desc(),
                x.desc(),
                mean.desc(),
                op.epsilon(),
                FLAGS,
                describe(x.desc(), mean.desc(), op.epsilon()),
                StepList.attributes(),
                false);
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .read(dnnl.DNNL_ARG_SCALE, scale)
                .read(dnnl.DNNL_ARG_MEAN, mean)
                .read(dnnl.DNNL_ARG_VARIANCE, variance)
                .write(dnnl.DNNL_ARG_DIFF_SRC, dx)
                .write(dnnl.DNNL_ARG_DIFF_SCALE, dScale)
                .write(dnnl.DNNL_ARG_DIFF_SHIFT, dShift);
        c.steps().mayShare(dy, dx);
        c.values().define(node.output(0), dx);
        c.values().define(node.output(1), dScale);
        c.values().define(node.output(2), dShift);
    }
}
