package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Node;

/** Compiles activations: by themselves, and as the last thing another op does to its output. */
record Activations(Compilation c) {

    /** How the library names a function. @param alpha its first number @param beta its second */
    private record Named(algorithm forward, algorithm backward, float alpha, float beta) {}

    private static Named named(Activation.Function function, float alpha) {
        return switch (function) {
            case RELU -> new Named(algorithm.eltwise_relu, algorithm.eltwise_relu_use_dst_for_bwd, 0, 0);
            case LEAKY_RELU -> new Named(algorithm.eltwise_relu, algorithm.eltwise_relu_use_dst_for_bwd, alpha, 0);
            case ELU -> new Named(algorithm.eltwise_elu, algorithm.eltwise_elu_use_dst_for_bwd, alpha, 0);
            case SIGMOID -> new Named(algorithm.eltwise_logistic, algorithm.eltwise_logistic_use_dst_for_bwd, 0, 0);
            case TANH -> new Named(algorithm.eltwise_tanh, algorithm.eltwise_tanh_use_dst_for_bwd, 0, 0);
            case GELU -> both(algorithm.eltwise_gelu_erf, 0, 0);
            case SWISH -> both(algorithm.eltwise_swish, 1, 0);
            case SOFTPLUS -> both(algorithm.eltwise_soft_relu, 1, 0);
            case HARD_SWISH -> both(algorithm.eltwise_hardswish, 1f / 6, 0.5f);
        };
    }

    private static Named both(algorithm name, float alpha, float beta) {
        return new Named(name, name, alpha, beta);
    }

    /** Attributes of a primitive that applies an activation to its output, if there is one. */
    static primitive_attr attributes(@Nullable Node activation) {
        primitive_attr attributes = StepList.attributes();
        if (activation != null && activation.op() instanceof Activation function) {
            Named named = named(function.function(), function.alpha());
            post_ops after = new post_ops();
            after.append_eltwise(named.forward(), named.alpha(), named.beta());
            attributes.set_post_ops(after);
        }
        return attributes;
    }

    private eltwise_forward.primitive_desc describe(algorithm name, memory.desc desc, Named named) {
        return new eltwise_forward.primitive_desc(
                c.engine(),
                prop_kind.forward_training,
                name,
                desc,
                desc,
                named.alpha(),
                named.beta(),
                StepList.attributes(),
                false);
    }

    void forward(Node node, Activation op) {
        Named named = named(op.function(), op.alpha());
        Tensor x = c.read(node.input(0));
        Tensor y = Tensor.of(x.desc());
        c.steps()
                .add(describe(named.forward(), x.desc(), named))
                .read(dnnl.DNNL_ARG_SRC, x)
                .write(dnnl.DNNL_ARG_DST, y);
        c.steps().mayShare(x, y);
        c.values().define(node.output(0), y);
    }

    void gradient(Node node) {
        Tensor read = c.read(node.input(1));
        Tensor dy = c.values().get(node.input(0), read.desc());
        c.values().define(node.output(0), gradient(node, read, dy));
    }

    /**
     * Adds the step of a gradient.
     *
     * @param node the gradient's
     * @param read y or x, whichever the function's gradient is computed from
     * @param dy gradient of y, in the same layout
     * @return gradient of x
     */
    Tensor gradient(Node node, Tensor read, Tensor dy) {
        Activation.Gradient op = (Activation.Gradient) node.op();
        Named named = named(op.function(), op.alpha());
        memory.desc desc = read.desc();
        Tensor dx = Tensor.of(desc);
        int argument = op.function().isReadFromOutput() ? dnnl.DNNL_ARG_DST : dnnl.DNNL_ARG_SRC;
        eltwise_backward.primitive_desc description = new eltwise_backward.primitive_desc(
                c.engine(),
                named.backward(),
                desc,
                desc,
                desc,
                named.alpha(),
                named.beta(),
                describe(named.backward(), desc, named),
                StepList.attributes(),
                false);
        c.steps().within(node, () -> {
            c.steps()
                    .add(description)
                    .read(argument, read)
                    .read(dnnl.DNNL_ARG_DIFF_DST, dy)
                    .write(dnnl.DNNL_ARG_DIFF_SRC, dx);
            c.steps().mayShare(dy, dx);
        });
        return dx;
    }
}
