package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A small network against libtorch 2.10, whose float64 values are stored: gradients to 1e-4 of the largest of each parameter, ten losses
 * to 1e-4. {@code src/test/golden/libtorch} makes the file.
 */
abstract class GoldenNetworkContract extends GraphContract {

    private static final int ROWS = 8;

    private final Map<String, float[]> parameters = new LinkedHashMap<>();

    /** Between -1/2 and 1/2, exact in float32; the maker of the file has the same. */
    private static double number(int stream, int index) {
        long h = (index + 1) * 2654435761L + stream * 40503L * 65536;
        h ^= h >>> 13;
        h *= 0x9E3779B97F4A7C15L;
        return (h >>> 40 & 0xFFFF) / 65536.0 - 0.5;
    }

    private static double[] numbers(int stream, int length, double scale, double shift) {
        double[] numbers = new double[length];
        Arrays.setAll(numbers, i -> scale * number(stream, i) + shift);
        return numbers;
    }

    private Value parameter(GraphBuilder graph, String name, int stream, double scale, double shift, int... sizes) {
        Shape shape = Shape.of(sizes);
        parameters.put(name, Tensor.floats(numbers(stream, shape.elements(), scale, shift)));
        return graph.parameter(name, shape);
    }

    private GraphCase network() {
        parameters.clear();
        GraphBuilder graph = new GraphBuilder(ROWS);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        TensorType images = TensorType.floats(ROWS, 3, 11, 9);
        inputs.put("image", Tensor.of(images, numbers(1, images.shape().elements(), 4, 0)));
        inputs.put(
                "class", Tensor.of(new TensorType(Element.INT, Shape.of(ROWS)), new long[] {0, 3, 1, 4, 2, 2, 0, 3}));
        double[] ones = new double[ROWS];
        Arrays.fill(ones, 1);
        inputs.put("weight", Tensor.of(TensorType.floats(ROWS), ones));
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
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        Graph built = graph.buildTraining(name -> true, loss.output(0));
        return new GraphCase(
                "golden",
                built,
                inputs,
                CaseBuilder.flat(parameters),
                new float[0],
                new RunKey(0, 0),
                GraphCase.Bend.GENTLE);
    }

    private static Map<String, double[]> golden() {
        String text;
        try (InputStream stored = GoldenNetworkContract.class.getResourceAsStream("/golden/libtorch.csv")) {
            text = new String(stored.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, double[]> golden = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            String[] cells = line.split(",", -1);
            golden.put(
                    cells[0],
                    Arrays.stream(cells)
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray());
        });
        return golden;
    }

    @Test
    void gradientsAreThoseOfLibtorch() {
        Map<String, double[]> golden = golden();
        try (CompiledCase compiled = compile(network(), Precision.FLOAT32)) {
            float[] additive = compiled.run().additive();
            for (FlatLayout.Entry entry : compiled.memory.layout().parameters().entries()) {
                double[] expected = golden.get("gradient of " + entry.name());
                float[] mean = Arrays.copyOfRange(additive, entry.offset(), entry.end());
                for (int i = 0; i < mean.length; i++) {
                    mean[i] /= ROWS;
                }
                // What is in front of a batch norm cannot shift it: that gradient is 0 but for rounding.
                double least = entry.name().equals("conv1.bias") ? 1e-2 : 0;
                new Closeness(1e-4).check(entry.name(), mean, expected, 0, mean.length, least);
            }
        }
    }

    @Test
    void lossesOfDescentWithMomentumAreThoseOfLibtorch() {
        compareLosses("losses by sgd", new UpdateRule.Sgd(0.9f, false, 0), 0.05f);
    }

    @Test
    void lossesOfAdamAreThoseOfLibtorch() {
        compareLosses("losses by adam", new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false), 0.01f);
    }

    private void compareLosses(String name, UpdateRule rule, float learningRate) {
        double[] expected = golden().get(name);
        assertThat(expected).hasSize(10);
        try (CompiledCase compiled = compile(network(), Precision.FLOAT32);
                Optimizer optimizer = kernels().optimizer(UpdateSettings.of(rule), compiled.memory)) {
            for (int step = 0; step < expected.length; step++) {
                double loss = compiled.run().sum(ModelLayout.LOSS) / ROWS;
                assertThat(loss).as("loss of step %d", step).isCloseTo(expected[step], within(1e-4));
                optimizer.update(step, learningRate);
                compiled.program.loadParameters();
            }
        }
    }
}
