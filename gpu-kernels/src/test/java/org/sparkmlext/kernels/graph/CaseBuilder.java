package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Builds a {@link GraphCase}: its numbers are random by the case's name.
 *
 * <p>Values offered to the op under test come out of a layer with trained weights, so that the gradient of its inputs is needed and
 * felt; that layer only moves and scales, so they are exact in bfloat16.
 */
final class CaseBuilder {

    final GraphBuilder graph;
    private final String name;
    private final SplittableRandom random;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, float[]> parameters = new LinkedHashMap<>();
    private final Map<String, float[]> states = new LinkedHashMap<>();
    private GraphCase.Bend bend = GraphCase.Bend.GENTLE;
    private double frontScale = 1;

    CaseBuilder(String name, int rows) {
        this.name = name;
        graph = new GraphBuilder(rows);
        random = new SplittableRandom(name.hashCode());
    }

    CaseBuilder bend(GraphCase.Bend other) {
        bend = other;
        return this;
    }

    /** Scales what {@link #images} and {@link #rows} offer; a power of 2. */
    CaseBuilder scaled(double scale) {
        frontScale = scale;
        return this;
    }

    Value input(String input, Tensor value) {
        inputs.put(input, value);
        return graph.input(input, value.type());
    }

    Value floats(String input, int width, IntToDoubleFunction element) {
        int rows = graph.rows();
        double[] values = new double[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) element.applyAsDouble(i);
        }
        return input(input, Tensor.of(TensorType.floats(rows, width), values));
    }

    /** Trained numbers between -scale and scale. */
    Value weights(String parameter, double scale, int... sizes) {
        return parameter(parameter, i -> random.nextDouble(-scale, scale), sizes);
    }

    Value parameter(String parameter, IntToDoubleFunction element, int... sizes) {
        parameters.put(parameter, exact(element, Shape.of(sizes).elements()));
        return graph.parameter(parameter, Shape.of(sizes));
    }

    Value state(String state, double low, double high, int size) {
        states.put(state, exact(i -> random.nextDouble(low, high), size));
        return graph.state(state, Shape.of(size));
    }

    private static float[] exact(IntToDoubleFunction element, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = ReferenceInterpreter.bfloat16(element.applyAsDouble(i));
        }
        return values;
    }

    /** Numbers of an image: within a plane, of 256 pixels at most, no two are equal and none is 0; between -2 and 4. */
    Tensor pixels(Shape images) {
        int area = images.size(2) * images.size(3);
        if (area > 256) {
            throw new IllegalArgumentException(images + ": a plane has more numbers than bfloat16 tells apart");
        }
        double step = 2.0 / Integer.highestOneBit(2 * area - 1);
        // A quarter below 0 where that leaves them exact, so that a mean is not 0.
        int below = area <= 128 ? 2 * (area / 4) : 2 * ((area + 1) / 2);
        double[] values = new double[images.elements()];
        for (int plane = 0; plane < values.length; plane += area) {
            int[] order = shuffled(area);
            for (int i = 0; i < area; i++) {
                values[plane + i] = (2 * order[i] + 1 - below) * step;
            }
        }
        return Tensor.of(TensorType.floats(images.toArray()), values);
    }

    private int[] shuffled(int length) {
        int[] order = new int[length];
        for (int i = 0; i < length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /** Images N x channels x height x width. */
    Value images(String front, int channels, int height, int width) {
        Value x = input("x." + front, pixels(Shape.of(graph.rows(), channels, height, width)));
        graph.layer(front);
        double[] scales = {1, -1, 0.5, 2};
        Value scale = parameter(front + ".scale", i -> frontScale * scales[i % scales.length], channels, 1, 1, 1);
        Value images = graph.add(new Conv2d(Window2d.square(1), channels), x, scale);
        graph.layer(name);
        return images;
    }

    /** Rows N x width. */
    Value rows(String front, int width) {
        Value x = floats("x." + front, width, i -> (2 * random.nextInt(-32, 32) + 1) / 32.0);
        graph.layer(front);
        int[] order = shuffled(width);
        Value moves = parameter(
                front + ".moves",
                i -> order[i / width] == i % width ? frontScale * (i % 2 == 0 ? 1 : -1) : 0,
                width,
                width);
        Value rows = graph.add(new Dense(), x, moves);
        graph.layer(name);
        return rows;
    }

    Value rowNumbers() {
        int rows = graph.rows();
        return input(
                "row",
                Tensor.of(
                        new TensorType(Element.LONG, Shape.of(rows)),
                        random.longs(rows, 0, 1L << 40).toArray()));
    }

    /** Weights of the rows; where there are several, the last has weight 0. */
    private Value rowWeights() {
        if (inputs.containsKey("weight")) {
            throw new IllegalStateException("one loss takes the weights");
        }
        double[] weights = {1, 0.5, 2, 1.25};
        int last = graph.rows() - 1;
        double[] values = new double[graph.rows()];
        Arrays.setAll(values, i -> i > 0 && i == last ? 0 : weights[i % weights.length]);
        return input("weight", Tensor.of(TensorType.floats(graph.rows()), values));
    }

    /** The loss of some predictions N x K with fitting targets; {@code {loss, weight}}. */
    private Node lossOf(Value predictions, LossFunction function, Value rowWeights, String target) {
        int width = graph.type(predictions).shape().size(1);
        Value targets = targets(function.hasClassTarget() ? width : function.numTargets(width), function, target);
        graph.layer("loss");
        Node loss = graph.addNode(new Loss(function), predictions, targets, rowWeights);
        if (function.hasClassTarget() || function instanceof LossFunction.BinaryCrossEntropy) {
            graph.sum("correct." + target, graph.add(new Correct(), predictions, targets, rowWeights));
        }
        return loss;
    }

    private Value targets(int width, LossFunction function, String target) {
        int rows = graph.rows();
        if (function.hasClassTarget()) {
            long[] classes = random.ints(rows, 0, width).asLongStream().toArray();
            return input(target, Tensor.of(new TensorType(Element.INT, Shape.of(rows)), classes));
        }
        if (function instanceof LossFunction.BinaryCrossEntropy) {
            return floats(target, width, i -> random.nextInt(2));
        }
        if (function instanceof LossFunction.DenseCrossEntropy) {
            double[] shares = random.doubles((long) rows * width, 0.1, 1).toArray();
            return floats(target, width, i -> {
                double sum = 0;
                for (int k = 0; k < width; k++) {
                    sum += shares[i / width * width + k];
                }
                return shares[i] / sum;
            });
        }
        return floats(target, width, i -> random.nextDouble(-2, 2));
    }

    /** Ends in the squared error of all that {@code value} has in a row. */
    GraphCase squared(Value value) {
        Shape shape = graph.type(value).shape();
        graph.layer("loss");
        Value flat = shape.rank() == 2
                ? value
                : graph.add(new Reshape(Shape.of(shape.size(0), shape.elementsPerRow())), value);
        return loss(flat, new LossFunction.SquaredError());
    }

    GraphCase loss(Value predictions, LossFunction function) {
        Value rowWeights = rowWeights();
        Node loss = lossOf(predictions, function, rowWeights, "target");
        return build(loss.output(0), loss.output(1), loss.output(0));
    }

    /** Ends in the sum of two losses. */
    GraphCase losses(Value first, LossFunction ofFirst, Value second, LossFunction ofSecond) {
        Value rowWeights = rowWeights();
        Node one = lossOf(first, ofFirst, rowWeights, "first");
        Node other = lossOf(second, ofSecond, rowWeights, "second");
        Value sum = graph.add(new Sum(), one.output(0), other.output(0));
        return build(sum, one.output(1), one.output(0), other.output(0));
    }

    private GraphCase build(Value loss, Value weight, Value... roots) {
        graph.sum(ModelLayout.LOSS, loss);
        graph.sum(ModelLayout.WEIGHT, weight);
        Graph built = graph.buildTraining(parameter -> !parameter.startsWith("frozen"), roots);
        RunKey key = new RunKey(random.nextLong(), random.nextLong(1000));
        return new GraphCase(name, built, inputs, flat(parameters), flat(states), key, bend);
    }

    static float[] flat(Map<String, float[]> values) {
        float[] flat =
                new float[values.values().stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : values.values()) {
            System.arraycopy(part, 0, flat, at, part.length);
            at += part.length;
        }
        return flat;
    }
}
