package org.sparkmlext.kernels.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/** Two LSTMs over sequences of unequal lengths, their last steps, a dense layer. */
abstract class GoldenLstmContract extends GoldenContract {

    @Override
    String file() {
        return "libtorch-lstm.csv";
    }

    @Override
    GraphCase network() {
        parameters.clear();
        GraphBuilder graph = new GraphBuilder(ROWS);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        TensorType sequences = TensorType.floats(ROWS, 6, 3);
        inputs.put(
                "x",
                Tensor.of(sequences, GoldenValues.numbers(1, sequences.shape().elements(), 4, 0)));
        inputs.put("target", Tensor.of(TensorType.floats(ROWS, 2), GoldenValues.numbers(2, ROWS * 2, 2, 0)));
        inputs.put(
                "lengths", Tensor.of(new TensorType(Element.INT, Shape.of(ROWS)), new long[] {6, 4, 1, 5, 6, 2, 3, 6}));
        inputs.put("weight", ones());
        Map<String, Value> in = new LinkedHashMap<>();
        inputs.forEach((name, value) -> in.put(name, graph.input(name, value.type())));
        Value x = graph.add(
                new Recurrent(Cell.LSTM),
                in.get("x"),
                parameter(graph, "lstm1.weights", 3, 1, 0, 20, 3),
                parameter(graph, "lstm1.recurrent", 4, 1, 0, 20, 5),
                parameter(graph, "lstm1.bias", 5, 0.5, 0, 20),
                in.get("lengths"));
        x = graph.add(
                new Recurrent(Cell.LSTM),
                x,
                parameter(graph, "lstm2.weights", 6, 1, 0, 16, 5),
                parameter(graph, "lstm2.recurrent", 7, 1, 0, 16, 4),
                parameter(graph, "lstm2.bias", 8, 0.5, 0, 16),
                in.get("lengths"));
        x = graph.add(
                new Dense(),
                graph.add(new LastStep(), x, in.get("lengths")),
                parameter(graph, "dense.weights", 9, 1, 0, 2, 4),
                parameter(graph, "dense.bias", 10, 0.5, 0, 2));
        return training(
                graph,
                inputs,
                graph.addNode(new Loss(new LossFunction.SquaredError()), x, in.get("target"), in.get("weight")));
    }
}
