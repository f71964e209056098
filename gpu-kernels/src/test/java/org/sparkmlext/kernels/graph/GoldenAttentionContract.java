package org.sparkmlext.kernels.graph;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A block of a transformer over sequences of unequal lengths: places, layer norm, self-attention of two heads beside the shortcut, layer
 * norm, mean of the steps, a dense layer.
 */
abstract class GoldenAttentionContract extends GoldenContract {

    private static final int STEPS = 5;
    private static final int FEATURES = 6;
    private static final int HEADS = 2;

    @Override
    String file() {
        return "libtorch-attention.csv";
    }

    /** What a key's bias adds is the same for all keys and falls out of the softmax: that gradient is 0 but for rounding. */
    @Override
    double least(String parameter) {
        return parameter.equals("attention.key.bias") ? 1e-2 : 0;
    }

    @Override
    GraphCase network() {
        parameters.clear();
        GraphBuilder graph = new GraphBuilder(ROWS);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        TensorType sequences = TensorType.floats(ROWS, STEPS, FEATURES);
        inputs.put(
                "x",
                Tensor.of(sequences, GoldenValues.numbers(1, sequences.shape().elements(), 4, 0)));
        inputs.put("target", Tensor.of(TensorType.floats(ROWS, 2), GoldenValues.numbers(2, ROWS * 2, 2, 0)));
        inputs.put(
                "lengths", Tensor.of(new TensorType(Element.INT, Shape.of(ROWS)), new long[] {5, 3, 1, 4, 5, 2, 3, 5}));
        inputs.put("weight", ones());
        Map<String, Value> in = new LinkedHashMap<>();
        inputs.forEach((name, value) -> in.put(name, graph.input(name, value.type())));
        Value x = graph.add(new PositionalEncoding(), in.get("x"));
        Value attended = attention(graph, norm(graph, x, "norm1", 3), in.get("lengths"));
        x = norm(graph, graph.add(new Sum(), attended, x), "norm2", 13);
        x = graph.add(
                new Dense(),
                graph.add(new PoolSteps(PoolSteps.Statistic.MEAN), x, in.get("lengths")),
                parameter(graph, "output.weights", 15, 2, 0, 2, FEATURES),
                parameter(graph, "output.bias", 16, 0.5, 0, 2));
        return training(
                graph,
                inputs,
                graph.addNode(new Loss(new LossFunction.SquaredError()), x, in.get("target"), in.get("weight")));
    }

    private Value norm(GraphBuilder graph, Value x, String name, int stream) {
        return graph.add(
                new LayerNorm(1e-5f),
                x,
                parameter(graph, name + ".scale", stream, 0.5, 1, FEATURES),
                parameter(graph, name + ".shift", stream + 1, 0.5, 0, FEATURES));
    }

    private Value attention(GraphBuilder graph, Value x, Value lengths) {
        Value queries = ofEachStep(graph, x, "query", 5);
        Value keys = ofEachStep(graph, x, "key", 7);
        Value values = ofEachStep(graph, x, "value", 9);
        int width = FEATURES / HEADS;
        Value[] heads = new Value[HEADS];
        for (int head = 0; head < HEADS; head++) {
            Slice part = new Slice(2, head * width, width);
            Value scores = graph.add(
                    new MatMul(false, true, (float) (1 / Math.sqrt(width))),
                    graph.add(part, queries),
                    graph.add(part, keys));
            heads[head] = graph.add(new MatMul(), graph.add(new Softmax(), scores, lengths), graph.add(part, values));
        }
        return ofEachStep(graph, graph.add(new Concat(2), heads), "output", 11);
    }

    private Value ofEachStep(GraphBuilder graph, Value x, String name, int stream) {
        Value pixels = graph.add(
                new Conv2d(Window2d.square(1), 1),
                graph.add(new StepsAsPixels(), x),
                parameter(graph, "attention." + name + ".weights", stream, 2, 0, FEATURES, FEATURES, 1, 1),
                parameter(graph, "attention." + name + ".bias", stream + 1, 0.5, 0, FEATURES));
        return graph.add(new StepsAsPixels.Inverse(), pixels);
    }
}
