package org.sparkmlext.kernels.graph;

import java.util.LinkedHashMap;
import java.util.Map;

/** Convolutions with groups and strides, batch norm, pooling, dense layers. */
abstract class GoldenNetworkContract extends GoldenContract {

    @Override
    String file() {
        return "libtorch.csv";
    }

    /** What is in front of a batch norm cannot shift it: that gradient is 0 but for rounding. */
    @Override
    double least(String parameter) {
        return parameter.equals("conv1.bias") ? 1e-2 : 0;
    }

    @Override
    GraphCase network() {
        parameters.clear();
        GraphBuilder graph = new GraphBuilder(ROWS);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        TensorType images = TensorType.floats(ROWS, 3, 11, 9);
        inputs.put(
                "image",
                Tensor.of(images, GoldenValues.numbers(1, images.shape().elements(), 4, 0)));
        inputs.put(
                "class", Tensor.of(new TensorType(Element.INT, Shape.of(ROWS)), new long[] {0, 3, 1, 4, 2, 2, 0, 3}));
        inputs.put("weight", ones());
        Map<String, Value> in = new LinkedHashMap<>();
        inputs.forEach((name, value) -> in.put(name, graph.input(name, value.type())));
        Op relu = Activation.of(Activation.Function.RELU);
        Value x = graph.add(
                new Conv2d(Window2d.square(3).pad(1), 1),
                in.get("image"),
                parameter(graph, "conv1.weights", 2, 1, 0, 6, 3, 3, 3),
                parameter(graph, "conv1.bias", 3, 0.5, 0, 6));
        x = graph.add(
                new BatchNorm(1e-3f),
                x,
                parameter(graph, "norm.scale", 4, 0.5, 1, 6),
                parameter(graph, "norm.shift", 5, 0.5, 0, 6));
        x = graph.add(new MaxPool2d(Window2d.square(2).stride(2)), graph.add(relu, x));
        x = graph.add(
                new Conv2d(Window2d.square(3).stride(2).pad(1), 3),
                x,
                parameter(graph, "conv2.weights", 6, 1, 0, 9, 2, 3, 3),
                parameter(graph, "conv2.bias", 7, 0.5, 0, 9));
        x = graph.add(new AveragePool2d(Window2d.square(2), false), x);
        x = graph.add(
                new Dense(),
                x,
                parameter(graph, "dense1.weights", 8, 1, 0, 12, 18),
                parameter(graph, "dense1.bias", 9, 0.5, 0, 12));
        x = graph.add(
                new Dense(),
                graph.add(relu, x),
                parameter(graph, "dense2.weights", 10, 1, 0, 5, 12),
                parameter(graph, "dense2.bias", 11, 0.5, 0, 5));
        Node loss = graph.addNode(new Loss(new LossFunction.CrossEntropy(0, 0)), x, in.get("class"), in.get("weight"));
        return training(graph, inputs, loss);
    }
}
