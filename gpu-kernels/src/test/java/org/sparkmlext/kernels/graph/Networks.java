package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.sparkmlext.kernels.graph.Activation.Function;

/** Small networks like the presets, whole training steps for a given batch size. */
final class Networks {

    private static final Window2d THREE = Window2d.square(3).pad(1);
    private static final Window2d HALVE = Window2d.square(2).stride(2);

    private Networks() {}

    static Stream<GraphCase> all() {
        return Stream.of(
                simpleCnn(6),
                simpleCnn(1),
                vgg(5),
                residual(4),
                residual(1),
                separable(3),
                separable(1),
                rows(9),
                sequences(5),
                sequences(1));
    }

    /** All networks by their builder, to make them for several batch sizes. */
    interface OfRows {
        GraphCase of(int rows);
    }

    private static Value activate(CaseBuilder c, Function function, Value x) {
        return c.graph.add(Activation.of(function), x);
    }

    /** Convolutions, max-pool, dropout, dense layers, on bytes. */
    static GraphCase simpleCnn(int rows) {
        CaseBuilder c = new CaseBuilder("simple cnn of " + rows, rows);
        double[] pixels = new double[rows * 12 * 11];
        Arrays.setAll(pixels, i -> (i * 37 + i / 132 * 11) % 256);
        Value x = c.input("image", Tensor.of(new TensorType(Element.BYTE, Shape.of(rows, 12, 11, 1)), pixels));
        Value row = c.rowNumbers();
        c.graph.layer("pixels");
        x = c.graph.add(new Image(List.of(1 / 64f), List.of(-2f)), x);
        c.graph.layer("conv1");
        x = activate(c, Function.RELU, GraphCases.conv(c, "conv1", x, THREE, 6, 1, true));
        c.graph.layer("conv2");
        x = activate(c, Function.RELU, GraphCases.conv(c, "conv2", x, THREE, 8, 1, true));
        c.graph.layer("pool");
        x = c.graph.add(new MaxPool2d(HALVE), x);
        x = c.graph.add(new Dropout(0.25f, 0), x, row);
        c.graph.layer("dense1");
        x = activate(c, Function.RELU, GraphCases.dense(c, "dense1", x, 16, true));
        x = c.graph.add(new Dropout(0.5f, 1), x, row);
        c.graph.layer("dense2");
        x = GraphCases.dense(c, "dense2", x, 5, true);
        c.graph.output("scores", x);
        c.graph.output("probabilities", c.graph.add(new Softmax(), x));
        return c.loss(x, new LossFunction.CrossEntropy(0, 0));
    }

    /** Blocks of convolution, batch norm and ReLU. */
    static GraphCase vgg(int rows) {
        CaseBuilder c = new CaseBuilder("vgg of " + rows, rows);
        Value x = c.input("image", c.pixels(Shape.of(rows, 3, 8, 8)));
        Value row = c.rowNumbers();
        int[] channels = {8, 8, 16, 16};
        for (int i = 0; i < channels.length; i++) {
            String layer = "conv" + i;
            c.graph.layer(layer);
            x = GraphCases.conv(c, layer, x, THREE, channels[i], 1, true);
            x = activate(c, Function.RELU, GraphCases.norm(c, layer + ".norm", x, 1e-3));
            if (i % 2 == 1) {
                c.graph.layer("pool" + i);
                x = c.graph.add(new MaxPool2d(HALVE), x);
                x = c.graph.add(new Dropout(0.25f, i), x, row);
            }
        }
        c.graph.layer("dense1");
        x = GraphCases.norm(c, "dense1.norm", GraphCases.dense(c, "dense1", x, 24, true), 1e-3);
        x = c.graph.add(new Dropout(0.5f, 9), activate(c, Function.RELU, x), row);
        c.graph.layer("dense2");
        x = GraphCases.dense(c, "dense2", x, 10, true);
        c.graph.output("scores", x);
        return c.loss(x, new LossFunction.CrossEntropy(0.1f, 0));
    }

    /** Two residual blocks, the second of half the size. */
    static GraphCase residual(int rows) {
        CaseBuilder c = new CaseBuilder("residual of " + rows, rows);
        Value x = c.input("image", c.pixels(Shape.of(rows, 3, 9, 7)));
        c.graph.layer("stem");
        x = convNorm(c, "stem", x, THREE, 8);
        x = block(c, "block1", activate(c, Function.RELU, x), 8, 1);
        x = block(c, "block2", x, 16, 2);
        c.graph.layer("head");
        x = c.graph.add(new AveragePool2d(Window2d.whole(c.graph.type(x).shape()), false), x);
        x = GraphCases.dense(c, "head", x, 5, true);
        c.graph.output("scores", x);
        return c.loss(x, new LossFunction.CrossEntropy(0, 2));
    }

    private static Value block(CaseBuilder c, String name, Value x, int channels, int stride) {
        c.graph.layer(name + ".conv1");
        Value y = activate(c, Function.RELU, convNorm(c, name + ".conv1", x, THREE.stride(stride), channels));
        c.graph.layer(name + ".conv2");
        y = convNorm(c, name + ".conv2", y, THREE, channels);
        Value shortcut = x;
        if (stride > 1) {
            c.graph.layer(name + ".shortcut");
            shortcut = convNorm(c, name + ".shortcut", x, Window2d.square(1).stride(stride), channels);
        }
        c.graph.layer(name + ".sum");
        return activate(c, Function.RELU, c.graph.add(new Sum(), y, shortcut));
    }

    private static Value convNorm(CaseBuilder c, String name, Value x, Window2d window, int channels) {
        Value y = GraphCases.conv(c, name, x, window, channels, 1, false);
        return GraphCases.norm(c, name + ".norm", y, 1e-3);
    }

    /** Branches of depthwise and grouped convolutions, concatenated; smooth functions only. */
    static GraphCase separable(int rows) {
        CaseBuilder c = new CaseBuilder("separable of " + rows, rows);
        Value x = c.input("image", c.pixels(Shape.of(rows, 4, 9, 10)));
        c.graph.layer("left");
        Value left = GraphCases.conv(c, "left.depthwise", x, THREE.stride(2), 8, 4, false);
        left = activate(c, Function.SWISH, GraphCases.conv(c, "left.pointwise", left, Window2d.square(1), 6, 1, true));
        c.graph.layer("right");
        Value right = GraphCases.conv(
                c, "right.dilated", x, Window2d.square(3).dilation(2).pad(2), 6, 2, true);
        right = c.graph.add(new AveragePool2d(HALVE.same(9, 10), false), activate(c, Function.GELU, right));
        c.graph.layer("joined");
        x = c.graph.add(new Concat(1), left, right);
        Value gate = activate(c, Function.SIGMOID, GraphCases.conv(c, "gate", x, Window2d.square(1), 12, 1, true));
        x = c.graph.add(new Multiply(), x, gate);
        c.graph.layer("head");
        x = activate(c, Function.TANH, GraphCases.dense(c, "head1", x, 12, true));
        x = GraphCases.dense(c, "head2", x, 3, true);
        c.graph.output("numbers", x);
        return c.loss(x, new LossFunction.SquaredError());
    }

    /** Dense layers with batch norm on plain rows, several binary answers. */
    static GraphCase rows(int rows) {
        CaseBuilder c = new CaseBuilder("rows of " + rows, rows);
        Value x = c.rows("front", 13);
        Value row = c.rowNumbers();
        c.graph.layer("hidden1");
        x = activate(c, Function.TANH, GraphCases.norm(c, "norm", GraphCases.dense(c, "hidden1", x, 11, false), 1e-3));
        c.graph.layer("hidden2");
        x = c.graph.add(
                new Dropout(0.2f, 4), activate(c, Function.SOFTPLUS, GraphCases.dense(c, "hidden2", x, 9, true)), row);
        c.graph.layer("head");
        x = GraphCases.dense(c, "head", x, 3, true);
        c.graph.output("scores", x);
        return c.loss(x, new LossFunction.BinaryCrossEntropy(0.1f, 0));
    }

    /** An LSTM in both directions, a GRU, attention, over sequences of unequal lengths. */
    static GraphCase sequences(int rows) {
        CaseBuilder c = new CaseBuilder("sequences of " + rows, rows);
        Value x = SequenceCases.sequences(c, "front", 6, 4);
        long[] steps = new long[rows];
        Arrays.setAll(steps, i -> 6 - 2 * i % 7);
        Value lengths = SequenceCases.lengths(c, steps);
        Value row = c.rowNumbers();
        c.graph.layer("lstm");
        Value forward = SequenceCases.recurrent(c, "lstm", Recurrent.Cell.LSTM, x, 7, lengths);
        Value turned = c.graph.add(new ReverseSteps(), x, lengths);
        Value backward = SequenceCases.recurrent(c, "backward", Recurrent.Cell.LSTM, turned, 7, lengths);
        x = c.graph.add(new Concat(2), forward, c.graph.add(new ReverseSteps(), backward, lengths));
        x = c.graph.add(new Dropout(0.2f, 0), x, row);
        c.graph.layer("gru");
        x = SequenceCases.recurrent(c, "gru", Recurrent.Cell.GRU, x, 8, lengths);
        c.graph.layer("attention");
        Window2d one = Window2d.square(1);
        Value scores = GraphCases.conv(c, "hidden", c.graph.add(new StepsAsPixels(), x), one, 5, 1, true);
        scores = GraphCases.conv(c, "query", activate(c, Function.TANH, scores), one, 1, 1, false);
        Value shares = c.graph.add(new Softmax(), c.graph.add(new Reshape(Shape.of(rows, 1, 6)), scores));
        Value mean = c.graph.add(new Reshape(Shape.of(rows, 8)), c.graph.add(new MatMul(), shares, x));
        c.graph.layer("head");
        x = c.graph.add(new Concat(1), mean, c.graph.add(new LastStep(), x, lengths));
        x = GraphCases.dense(c, "head", x, 3, true);
        c.graph.output("scores", x);
        return c.loss(x, new LossFunction.CrossEntropy(0, 0));
    }
}
