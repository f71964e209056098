package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every op and every loss in small training graphs: odd shapes, batches of 1, values used twice. Add cases for a new op here; {@link
 * GradientRulesTest} fails while an op has none.
 */
final class GraphCases {

    private static final Window2d CORNERED = new Window2d(3, 2, 1, 2, 0, 1, 2, 0, 1, 1);

    private GraphCases() {}

    static Stream<GraphCase> all() {
        return Stream.of(
                        convolutions(),
                        dense(),
                        norms(),
                        NormChainCases.all(),
                        activations(),
                        pools(),
                        elements(),
                        SequenceCases.all(),
                        StepCases.all(),
                        LossCases.all())
                .flatMap(Function.identity());
    }

    /** A case of one op on images of 7 x 6 pixels. */
    private static GraphCase images(String name, int rows, int channels, Function<CaseBuilder, OnValue> op) {
        return images(name, rows, channels, 7, 6, op);
    }

    private static GraphCase images(
            String name, int rows, int channels, int height, int width, Function<CaseBuilder, OnValue> op) {
        CaseBuilder c = new CaseBuilder(name, rows);
        Value x = c.images("front", channels, height, width);
        return c.squared(op.apply(c).apply(x));
    }

    private static GraphCase rows(String name, int rows, int width, Function<CaseBuilder, OnValue> op) {
        CaseBuilder c = new CaseBuilder(name, rows);
        Value x = c.rows("front", width);
        return c.squared(op.apply(c).apply(x));
    }

    /** What is done with a value. */
    private interface OnValue {
        Value apply(Value x);
    }

    private static Function<CaseBuilder, OnValue> op(Op op) {
        return c -> x -> c.graph.add(op, x);
    }

    static Function<CaseBuilder, OnValue> conv(Window2d window, int outputs, int groups, boolean hasBias) {
        return c -> x -> conv(c, "conv", x, window, outputs, groups, hasBias);
    }

    /** A convolution with weights of the usual size. */
    static Value conv(CaseBuilder c, String name, Value x, Window2d window, int outputs, int groups, boolean hasBias) {
        int channels = c.graph.type(x).shape().size(1) / groups;
        double scale = Math.sqrt(6.0 / (channels * window.kernelHeight() * window.kernelWidth()));
        Value w = c.weights(name + ".weights", scale, outputs, channels, window.kernelHeight(), window.kernelWidth());
        Op op = new Conv2d(window, groups);
        return hasBias ? c.graph.add(op, x, w, c.weights(name + ".bias", 0.5, outputs)) : c.graph.add(op, x, w);
    }

    static Value dense(CaseBuilder c, String name, Value x, int units, boolean hasBias) {
        int width = c.graph.type(x).shape().elementsPerRow();
        Value w = c.weights(name + ".weights", Math.sqrt(6.0 / width), units, width);
        return hasBias
                ? c.graph.add(new Dense(), x, w, c.weights(name + ".bias", 0.5, units))
                : c.graph.add(new Dense(), x, w);
    }

    private static Stream<GraphCase> convolutions() {
        Window2d three = Window2d.square(3);
        List<GraphCase> cases = new ArrayList<>(List.of(
                images("conv 3x3 pad 1", 3, 5, conv(three.pad(1), 4, 1, true)),
                images("conv 3x3, batch 1, no bias", 1, 3, conv(three, 5, 1, false)),
                images("conv of one channel", 2, 1, conv(three.pad(1), 7, 1, true)),
                images("conv to one channel", 2, 6, conv(three.pad(1), 1, 1, true)),
                images("conv 1x1", 3, 5, conv(Window2d.square(1), 6, 1, true)),
                images("conv 1x1 stride 2", 3, 5, conv(Window2d.square(1).stride(2), 4, 1, false)),
                images("conv stride 2 pad 1", 3, 3, conv(three.stride(2).pad(1), 5, 1, true)),
                images(
                        "conv 5x3, strides 2 and 1, four paddings",
                        2,
                        3,
                        conv(new Window2d(5, 3, 2, 1, 1, 0, 2, 3, 1, 1), 4, 1, true)),
                images(
                        "conv 4x4 stride 3 same",
                        2,
                        3,
                        conv(Window2d.square(4).stride(3).same(7, 6), 3, 1, true)),
                images(
                        "conv 2x2 stride 3: pixels left over",
                        2,
                        2,
                        conv(Window2d.square(2).stride(3), 3, 1, true)),
                images("conv dilation 2", 2, 3, conv(three.dilation(2).pad(2), 4, 1, true)),
                images("conv dilation 3 by 1", 2, 3, conv(new Window2d(2, 3, 1, 2, 2, 0, 1, 1, 3, 1), 4, 1, true)),
                images("conv groups 2", 3, 6, conv(three.pad(1), 4, 2, true)),
                images("conv groups 3 stride 2", 2, 9, conv(three.stride(2).pad(0, 1, 1, 0), 6, 3, false)),
                images("depthwise", 3, 5, conv(three.pad(1), 5, 5, true)),
                images(
                        "depthwise, two outputs a channel",
                        2,
                        5,
                        conv(three.stride(2).pad(1), 10, 5, true)),
                images("depthwise 3x3, 16 channels", 2, 16, conv(three.pad(1), 16, 16, false)),
                images("conv of the whole image", 2, 3, conv(new Window2d(7, 6, 1, 1, 0, 0, 0, 0, 1, 1), 4, 1, true)),
                images(
                        "conv of more padding than kernel",
                        2,
                        2,
                        conv(Window2d.square(2).pad(3), 3, 1, true)),
                images("conv 1x1 of 1x1 pixels", 4, 8, 1, 1, conv(Window2d.square(1), 8, 1, true)),
                images("conv 16 to 32", 2, 16, 16, 16, conv(three.pad(1), 32, 1, true)),
                images("conv 17 to 33", 2, 17, 11, 13, conv(three.pad(1), 33, 1, true)),
                images(
                        "conv 32 to 64 stride 2",
                        2,
                        32,
                        9,
                        9,
                        conv(three.stride(2).pad(1), 64, 1, false)),
                images("conv 64 to 16 1x1", 2, 64, 8, 8, conv(Window2d.square(1), 16, 1, true))));
        CaseBuilder first = new CaseBuilder("conv as first layer", 3);
        Value pixels = first.input("x", first.pixels(Shape.of(3, 3, 8, 7)));
        cases.add(first.squared(conv(first, "conv", pixels, three.pad(1), 4, 1, true)));
        CaseBuilder frozen = new CaseBuilder("frozen conv between trained layers", 3);
        Value x = frozen.images("front", 3, 7, 6);
        Value middle = conv(frozen, "frozen", x, three, 4, 1, true);
        cases.add(frozen.squared(conv(frozen, "last", middle, three, 2, 1, true)));
        CaseBuilder bias = new CaseBuilder("conv with frozen weights and a trained bias", 2);
        Value y = bias.graph.add(
                new Conv2d(three, 1),
                bias.images("front", 2, 7, 6),
                bias.weights("frozen.weights", 0.6, 3, 2, 3, 3),
                bias.weights("bias", 0.5, 3));
        cases.add(bias.squared(y));
        return cases.stream();
    }

    private static Function<CaseBuilder, OnValue> dense(int units, boolean hasBias) {
        return c -> x -> dense(c, "dense", x, units, hasBias);
    }

    private static Stream<GraphCase> dense() {
        CaseBuilder twice = new CaseBuilder("dense twice with the same weights", 4);
        Value w = twice.weights("shared.weights", 0.7, 5, 5);
        Value b = twice.weights("shared.bias", 0.5, 5);
        Value y = twice.graph.add(new Dense(), twice.rows("front", 5), w, b);
        Value z = twice.graph.add(new Dense(), twice.graph.add(Activation.of(Activation.Function.TANH), y), w, b);
        return Stream.of(
                rows("dense", 5, 7, dense(6, true)),
                rows("dense, batch 1, no bias", 1, 9, dense(4, false)),
                rows("dense to one unit", 4, 5, dense(1, true)),
                rows("dense of one value", 4, 1, dense(3, true)),
                images("dense of images", 3, 4, dense(5, true)),
                rows("dense 67 to 130", 33, 67, dense(130, true)),
                rows("dense 64 to 16", 16, 64, dense(16, false)),
                twice.squared(z));
    }

    private static Function<CaseBuilder, OnValue> norm(double epsilon) {
        // Of two values: the norm of one does not depend on how its layer scales it.
        return c -> x -> {
            Shape shape = c.graph.type(x).shape();
            Value other = shape.rank() == 2
                    ? c.rows("other", shape.size(1))
                    : c.images("other", shape.size(1), shape.size(2), shape.size(3));
            return norm(c, "norm", c.graph.add(new Sum(), x, other), epsilon);
        };
    }

    /** Batch normalisation whose statistics two states follow. */
    static Value norm(CaseBuilder c, String name, Value x, double epsilon) {
        int channels = c.graph.type(x).shape().size(1);
        Value scale = c.weights(name + ".scale", 1.5, channels);
        Node norm =
                c.graph.addNode(new BatchNorm((float) epsilon), x, scale, c.weights(name + ".shift", 0.5, channels));
        c.state(name + ".mean", -1, 1, channels);
        c.state(name + ".variance", 0.5, 1.5, channels);
        c.graph.statistic(name + ".mean", norm.output(1));
        c.graph.statistic(name + ".variance", norm.output(2));
        return norm.output(0);
    }

    private static Stream<GraphCase> norms() {
        CaseBuilder frozen = new CaseBuilder("norm with given statistics before a trained layer", 3);
        Value x = frozen.input("x", frozen.pixels(Shape.of(3, 5, 4, 5)));
        Value y = frozen.graph.add(
                new BatchNorm.Inference(1e-3f),
                x,
                frozen.weights("frozen.scale", 1.5, 5),
                frozen.weights("frozen.shift", 0.5, 5),
                frozen.state("mean", -1, 1, 5),
                frozen.state("variance", 0.5, 1.5, 5));
        return Stream.of(
                images("norm of images", 3, 5, norm(1e-5)),
                images("norm of one image", 1, 3, norm(1e-3)),
                images("norm of one channel", 4, 1, norm(1e-5)),
                images("norm of 32 channels", 4, 32, norm(1e-5)),
                images("norm with a large epsilon", 2, 3, norm(0.5)),
                rows("norm of rows", 6, 7, norm(1e-5)),
                rows("norm of 40 rows", 40, 16, norm(1e-3)),
                images(
                        "norm and relu",
                        3,
                        8,
                        c -> v -> c.graph.add(
                                Activation.of(Activation.Function.RELU),
                                norm(1e-5).apply(c).apply(v))),
                frozen.squared(dense(frozen, "dense", y, 3, true)));
    }

    private static Stream<GraphCase> activations() {
        List<GraphCase> cases = new ArrayList<>();
        for (Activation.Function function : Activation.Function.values()) {
            boolean hasAlpha = function == Activation.Function.LEAKY_RELU || function == Activation.Function.ELU;
            Activation op = new Activation(function, hasAlpha ? 0.25f : 0);
            CaseBuilder c = new CaseBuilder(function + " of images", 2).scaled(2);
            cases.add(c.squared(c.graph.add(op, c.images("front", 5, 7, 6))));
            CaseBuilder rows = new CaseBuilder(function + " of rows", 3).scaled(2);
            cases.add(rows.squared(rows.graph.add(op, rows.rows("front", 7))));
        }
        Activation zero = new Activation(Activation.Function.LEAKY_RELU, 0);
        cases.add(rows("LEAKY_RELU with alpha 0", 1, 7, op(zero)));
        cases.add(rows("ELU with alpha 1", 1, 9, op(new Activation(Activation.Function.ELU, 1))));
        return cases.stream();
    }

    private static Stream<GraphCase> pools() {
        Window2d two = Window2d.square(2).stride(2);
        Window2d three = Window2d.square(3).stride(2).pad(1);
        Window2d whole = Window2d.whole(Shape.of(1, 1, 7, 6));
        List<GraphCase> cases = new ArrayList<>();
        for (Window2d window : List.of(two, three, CORNERED, Window2d.square(3), whole, Window2d.square(1))) {
            cases.add(images("max-pool " + window, 3, 5, op(new MaxPool2d(window))));
            cases.add(images("average-pool " + window, 3, 5, op(new AveragePool2d(window, false))));
            cases.add(images("average-pool, padding counts, " + window, 1, 4, op(new AveragePool2d(window, true))));
        }
        for (Window2d window : List.of(two, three, CORNERED, Window2d.square(3))) {
            cases.add(images("relu and max-pool " + window, 3, 5, reluAndPool(window)));
        }
        cases.add(images("relu and max-pool of 32 channels", 2, 32, 16, 15, reluAndPool(two)));
        CaseBuilder both = new CaseBuilder("relu read by a max-pool and a convolution", 2);
        Value bent = both.graph.add(Activation.of(Activation.Function.RELU), both.images("front", 3, 7, 6));
        Value pooled = both.graph.add(new MaxPool2d(Window2d.square(2)), bent);
        cases.add(both.squared(
                both.graph.add(new Sum(), pooled, conv(both, "conv", bent, Window2d.square(2), 3, 1, true))));
        cases.add(images("max-pool of 32 channels", 2, 32, 16, 15, op(new MaxPool2d(two))));
        cases.add(images("average-pool of 32 channels", 2, 32, 16, 15, op(new AveragePool2d(three, false))));
        CaseBuilder ties = new CaseBuilder("max-pool of equal pixels", 2).bend(GraphCase.Bend.KINK);
        double[] equal = new double[2 * 3 * 6 * 7];
        Arrays.setAll(equal, i -> i % 5 == 0 ? 0.5 : 0.25);
        Value x = ties.input("x", Tensor.of(TensorType.floats(2, 3, 6, 7), equal));
        Value front = ties.graph.add(new Conv2d(Window2d.square(1), 3), x, ties.parameter("front", i -> 1, 3, 1, 1, 1));
        cases.add(ties.squared(ties.graph.add(new MaxPool2d(three), front)));
        return cases.stream();
    }

    private static Function<CaseBuilder, OnValue> reluAndPool(Window2d window) {
        return c -> x -> c.graph.add(new MaxPool2d(window), c.graph.add(Activation.of(Activation.Function.RELU), x));
    }

    private static Stream<GraphCase> elements() {
        return ElementCases.all();
    }
}
