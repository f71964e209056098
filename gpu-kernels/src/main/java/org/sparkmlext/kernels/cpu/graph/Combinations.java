package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.concat;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory_desc_vector;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.sum;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Compiles ops that combine several values: sums, products element by element and of matrices, concatenation. */
record Combinations(Compilation c) {

    void sum(Node node) {
        memory.data_type type = c.graph().type(node.output(0)).element() == Element.FLOAT ? Layouts.F32 : c.number();
        Tensor first = c.values().get(node.input(0), c.shape(node.input(0)), type);
        List<Tensor> parts = new ArrayList<>(List.of(first));
        for (Value input : node.inputs().subList(1, node.inputs().size())) {
            parts.add(c.values().get(input, first.desc()));
        }
        Tensor result;
        if (parts.size() == 2) {
            result = pairwise(
                    algorithm.binary_add, first, parts.get(1), c.fusions().activation(node));
        } else {
            result = Tensor.of(first.desc());
            addAll(parts, result);
            c.steps().mayShare(first, result);
        }
        c.values().define(c.fusions().result(node), result);
    }

    private void addAll(List<Tensor> parts, Tensor result) {
        float[] ones = new float[parts.size()];
        Arrays.fill(ones, 1);
        sum.primitive_desc description = new sum.primitive_desc(
                c.engine(), result.desc(), ones, descriptions(parts), StepList.attributes(), false);
        PrimitiveStep step = c.steps().add(description);
        for (int i = 0; i < ones.length; i++) {
            step.read(dnnl.DNNL_ARG_MULTIPLE_SRC + i, parts.get(i));
        }
        step.write(dnnl.DNNL_ARG_DST, result);
    }

    private static memory_desc_vector descriptions(List<Tensor> tensors) {
        return new memory_desc_vector(tensors.stream().map(Tensor::desc).toArray(memory.desc[]::new));
    }

    void multiply(Node node) {
        Tensor first = c.read(node.input(0));
        Tensor second = c.values().get(node.input(1), first.desc());
        c.values().define(node.output(0), pairwise(algorithm.binary_mul, first, second, null));
    }

    private Tensor pairwise(algorithm name, Tensor first, Tensor second, @Nullable Node activation) {
        Tensor result = Tensor.of(first.desc());
        binary.primitive_desc description = new binary.primitive_desc(
                c.engine(),
                name,
                first.desc(),
                second.desc(),
                result.desc(),
                Activations.attributes(activation),
                false);
        c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC_0, first)
                .read(dnnl.DNNL_ARG_SRC_1, second)
                .write(dnnl.DNNL_ARG_DST, result);
        c.steps().mayShare(first, result);
        return result;
    }

    void matMul(Node node, MatMul op) {
        Tensor first = c.values().get(node.input(0), Layouts.plain(c.number(), c.shape(node.input(0))));
        Tensor second = c.values().get(node.input(1), Layouts.plain(c.number(), c.shape(node.input(1))));
        memory.desc left = op.isFirstTransposed() ? Layouts.transposed(first.desc()) : first.desc();
        memory.desc right = op.isSecondTransposed() ? Layouts.transposed(second.desc()) : second.desc();
        Tensor product = Tensor.of(Layouts.plain(c.typeToMake(node.output(0)), c.shape(node.output(0))));
        primitive_attr attributes = StepList.attributes();
        if (op.factor() != 1) {
            post_ops scale = new post_ops();
            scale.append_eltwise(algorithm.eltwise_linear, op.factor(), 0);
            attributes.set_post_ops(scale);
        }
        c.steps()
                .add(new matmul.primitive_desc(c.engine(), left, right, product.desc(), attributes, false))
                .read(dnnl.DNNL_ARG_SRC, first.as(left))
                .read(dnnl.DNNL_ARG_WEIGHTS, second.as(right))
                .write(dnnl.DNNL_ARG_DST, product);
        c.values().define(node.output(0), product);
    }

    void concat(Node node, Concat op) {
        memory.data_type type = c.typeToMake(node.output(0));
        List<Tensor> parts = node.inputs().stream()
                .map(input -> c.values().get(input, c.shape(input), type))
                .toList();
        concat.primitive_desc description =
                new concat.primitive_desc(c.engine(), op.axis(), descriptions(parts), StepList.attributes(), false);
        PrimitiveStep step = c.steps().add(description);
        for (int i = 0; i < parts.size(); i++) {
            step.read(dnnl.DNNL_ARG_MULTIPLE_SRC + i, parts.get(i));
        }
        Tensor y = Tensor.of(description.dst_desc());
        step.write(dnnl.DNNL_ARG_DST, y);
        c.values().define(node.output(0), y);
    }
}
