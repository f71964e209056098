package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Compiles batch normalisation, with ReLU in the same pass where {@link Fusions} says so. */
final class BatchNorms {

    private static final int SCALE_AND_SHIFT =
            normalization_flags.use_scale.value | normalization_flags.use_shift.value;

    private final Compilation c;
    /** Forward passes by the value of their mean. */
    private final Map<Value, Forward> forwards = new HashMap<>();

    /** @param workspace which elements ReLU let through; null without ReLU */
    private record Forward(
            batch_normalization_forward.primitive_desc description,
            int flags,
            Tensor x,
            @Nullable Tensor workspace) {}

    BatchNorms(Compilation c) {
        this.c = c;
    }

    private batch_normalization_forward.primitive_desc describe(
            prop_kind kind, memory.desc x, float epsilon, int flags) {
        return new batch_normalization_forward.primitive_desc(
                c.engine(), kind.value, x, x, epsilon, flags, StepList.attributes(), false);
    }

    private int flags(Node node) {
        return c.fusions().activation(node) == null
                ? SCALE_AND_SHIFT
                : SCALE_AND_SHIFT | normalization_flags.fuse_norm_relu.value;
    }

    void forward(Node node, BatchNorm op) {
        Tensor x = c.read(node.input(0));
        Tensor scale = c.readPlain(node.input(1));
        Tensor shift = c.readPlain(node.input(2));
        int flags = flags(node);
        batch_normalization_forward.primitive_desc description =
                describe(prop_kind.forward_training, x.desc(), op.epsilon(), flags);
        Tensor y = Tensor.of(description.dst_desc());
        Tensor mean = c.makePlain(node.output(1));
        Tensor variance = c.makePlain(node.output(2));
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_SCALE, scale)
                .read(dnnl.DNNL_ARG_SHIFT, shift)
                .write(dnnl.DNNL_ARG_DST, y)
                .write(dnnl.DNNL_ARG_MEAN, mean)
                .write(dnnl.DNNL_ARG_VARIANCE, variance);
        memory.desc workspaceDesc = description.workspace_desc();
        Tensor workspace = workspaceDesc.get_size() > 0 ? Tensor.of(workspaceDesc) : null;
        if (workspace != null) {
            step.writeOpaque(dnnl.DNNL_ARG_WORKSPACE, workspace);
        }
        c.values().define(c.fusions().result(node), y);
        c.values().define(node.output(1), mean);
        c.values().define(node.output(2), variance);
        forwards.put(node.output(1), new Forward(description, flags, x, workspace));
    }

    void gradient(Node node, BatchNorm.Gradient op) {
        Forward forward = forwards.get(node.input(3));
        if (forward == null) {
            Tensor x = c.read(node.input(0));
            forward = new Forward(
                    describe(prop_kind.forward_training, x.desc(), op.epsilon(), SCALE_AND_SHIFT),
                    SCALE_AND_SHIFT,
                    x,
                    null);
        }
        Tensor x = forward.x();
        batch_normalization_backward.primitive_desc description = new batch_normalization_backward.primitive_desc(
                c.engine(),
                prop_kind.backward.value,
                x.desc(),
                x.desc(),
                x.desc(),
                op.epsilon(),
                forward.flags(),
                forward.description(),
                StepList.attributes(),
                false);
        Tensor dy = c.values().get(c.fusions().gradientOfNorm(node), description.diff_dst_desc());
        Tensor dx = Tensor.of(description.diff_src_desc());
        Tensor scale = c.readPlain(node.input(2));
        Tensor mean = c.readPlain(node.input(3));
        Tensor variance = c.readPlain(node.input(4));
        Tensor dScale = c.makePlain(node.output(1));
        Tensor dShift = c.makePlain(node.output(2));
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                .read(dnnl.DNNL_ARG_SCALE, scale)
                .read(dnnl.DNNL_ARG_MEAN, mean)
                .read(dnnl.DNNL_ARG_VARIANCE, variance)
                .write(dnnl.DNNL_ARG_DIFF_SRC, dx)
                .write(dnnl.DNNL_ARG_DIFF_SCALE, dScale)
                .write(dnnl.DNNL_ARG_DIFF_SHIFT, dShift);
        if (forward.workspace() != null) {
            step.read(dnnl.DNNL_ARG_WORKSPACE, forward.workspace());
        }
        c.steps().mayShare(dy, dx);
        c.values().define(node.output(0), dx);
        c.values().define(node.output(1), dScale);
        c.values().define(node.output(2), dShift);
    }

    void inference(Node node, BatchNorm.Inference op) {
        Tensor x = c.read(node.input(0));
        Tensor scale = c.readPlain(node.input(1));
        Tensor shift = c.readPlain(node.input(2));
        Tensor mean = c.readPlain(node.input(3));
        Tensor variance = c.readPlain(node.input(4));
        int flags = flags(node) | normalization_flags.use_global_stats.value;
        batch_normalization_forward.primitive_desc description =
                describe(prop_kind.forward_inference, x.desc(), op.epsilon(), flags);
        Tensor y = Tensor.of(description.dst_desc());
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC, x)
                .read(dnnl.DNNL_ARG_SCALE, scale)
                .read(dnnl.DNNL_ARG_SHIFT, shift)
                .read(dnnl.DNNL_ARG_MEAN, mean)
                .read(dnnl.DNNL_ARG_VARIANCE, variance)
                .write(dnnl.DNNL_ARG_DST, y);
        c.steps().mayShare(x, y);
        c.values().define(c.fusions().result(node), y);
    }
}
