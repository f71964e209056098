package org.sparkmlext.kernels.graph;

import static org.sparkmlext.kernels.graph.SequenceCases.lengths;
import static org.sparkmlext.kernels.graph.SequenceCases.sequences;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Cases of the ops that heed where rows end, of norms along features, and of vectors of ids and places. */
final class StepCases {

    private StepCases() {}

    static Stream<GraphCase> all() {
        return Stream.of(masks(), pools(), softmax(), stepNorms(), layerNorms(), windows(), embeddings(), attention())
                .flatMap(List::stream);
    }

    private static List<GraphCase> masks() {
        CaseBuilder c = new CaseBuilder("masked steps", 4);
        GraphCase unequal =
                c.squared(c.graph.add(new MaskSteps(), sequences(c, "front", 5, 3), lengths(c, 3, 0, 5, 1)));
        CaseBuilder one = new CaseBuilder("masked steps of one row after an LSTM", 1);
        Value lengths = lengths(one, 2);
        Value x = SequenceCases.recurrent(one, "layer", Recurrent.Cell.LSTM, sequences(one, "front", 3, 2), 3);
        return List.of(unequal, one.squared(one.graph.add(new MaskSteps(), x, lengths)));
    }

    private static List<GraphCase> pools() {
        List<GraphCase> cases = new ArrayList<>();
        for (PoolSteps.Statistic statistic : PoolSteps.Statistic.values()) {
            CaseBuilder c = new CaseBuilder(statistic + " of steps", 4);
            cases.add(c.squared(c.graph.add(new PoolSteps(statistic), distinct(c, 5, 3), lengths(c, 3, 0, 5, 1))));
            CaseBuilder one = new CaseBuilder(statistic + " of steps of one row", 1);
            cases.add(one.squared(one.graph.add(new PoolSteps(statistic), distinct(one, 4, 7), lengths(one, 3))));
        }
        return cases;
    }

    /** Sequences in which no two steps have the same value of a feature. */
    private static Value distinct(CaseBuilder c, int steps, int features) {
        Value images = c.images("front", features, 1, steps);
        return c.graph.add(new StepsAsPixels.Inverse(), images);
    }

    private static List<GraphCase> softmax() {
        CaseBuilder rows = new CaseBuilder("softmax of a part of each row", 4);
        CaseBuilder steps = new CaseBuilder("softmax of a part of the last of three axes", 3);
        CaseBuilder one = new CaseBuilder("softmax of a part of one row", 1).bend(GraphCase.Bend.STEEP);
        return List.of(
                rows.squared(rows.graph.add(new Softmax(), rows.rows("front", 5), lengths(rows, 4, 0, 5, 1))),
                steps.squared(steps.graph.add(new Softmax(), sequences(steps, "front", 2, 7), lengths(steps, 7, 2, 0))),
                one.squared(one.graph.add(new Softmax(), one.rows("front", 17), lengths(one, 11))));
    }

    private static List<GraphCase> stepNorms() {
        List<GraphCase> cases = new ArrayList<>();
        for (long[] lengths : new long[][] {{3, 0, 5, 1}, {4}, {5, 2}}) {
            CaseBuilder c = new CaseBuilder("norm of steps of lengths " + Arrays.toString(lengths), lengths.length);
            // Of two values: the norm of one does not depend on how its layer scales it.
            Value x = c.graph.add(new Sum(), sequences(c, "front", 5, 3), sequences(c, "other", 5, 3));
            Node norm = c.graph.addNode(
                    new StepsNorm(1e-3f),
                    x,
                    c.weights("scale", 1.5, 3),
                    c.weights("shift", 0.5, 3),
                    lengths(c, lengths));
            c.state("mean", -1, 1, 3);
            c.state("variance", 0.5, 1.5, 3);
            c.graph.statistic("mean", norm.output(1));
            c.graph.statistic("variance", norm.output(2));
            cases.add(c.squared(norm.output(0)));
        }
        return cases;
    }

    private static List<GraphCase> layerNorms() {
        List<GraphCase> cases = new ArrayList<>();
        for (int[] size : new int[][] {{4, 7}, {1, 5}, {3, 33}}) {
            CaseBuilder c = new CaseBuilder("layer norm of " + size[0] + " x " + size[1], size[0]);
            Value x = c.graph.add(new Sum(), c.rows("front", size[1]), c.rows("other", size[1]));
            cases.add(c.squared(layerNorm(c, "norm", x)));
        }
        for (int[] size : new int[][] {{3, 5, 6}, {1, 4, 3}, {2, 1, 16}}) {
            CaseBuilder c = new CaseBuilder("layer norm of " + size[0] + " x " + size[1] + " x " + size[2], size[0]);
            Value x = c.graph.add(
                    new Sum(), sequences(c, "front", size[1], size[2]), sequences(c, "other", size[1], size[2]));
            cases.add(c.squared(layerNorm(c, "norm", x)));
        }
        CaseBuilder c = new CaseBuilder("layer norm between two LSTMs", 3).bend(GraphCase.Bend.STEEP);
        Value x = SequenceCases.recurrent(c, "first", Recurrent.Cell.LSTM, sequences(c, "front", 4, 3), 5);
        x = layerNorm(c, "norm", x);
        cases.add(c.squared(SequenceCases.recurrent(c, "second", Recurrent.Cell.LSTM, x, 2)));
        return cases;
    }

    private static Value layerNorm(CaseBuilder c, String name, Value x) {
        Shape shape = c.graph.type(x).shape();
        int width = shape.size(shape.rank() - 1);
        return c.graph.add(
                new LayerNorm(1e-3f),
                x,
                c.weights(name + ".scale", 1.5, width),
                c.weights(name + ".shift", 0.5, width));
    }

    /** Exact in bfloat16, different at every step; a third of the features is constant. */
    private static Value windows(CaseBuilder c, int steps, int features) {
        int rows = c.graph.rows();
        double[] values = new double[rows * steps * features];
        Arrays.setAll(values, i -> i % features % 3 == 2 ? 1.5 : (i * 29 % 64 - 20) / 16.0);
        return c.input("window", Tensor.of(TensorType.floats(rows, steps, features), values));
    }

    private static List<GraphCase> windows() {
        List<GraphCase> cases = new ArrayList<>();
        for (WindowScale.Level level : WindowScale.Level.values()) {
            for (boolean isScaled : new boolean[] {true, false}) {
                String name = "window norm, level " + level + ", scaled " + isScaled;
                cases.add(forecast(new CaseBuilder(name, 3), level, isScaled));
                cases.add(forecast(new CaseBuilder(name + ", lengths", 4), level, isScaled, 3, 5, 1, 0));
            }
        }
        cases.add(forecast(new CaseBuilder("window norm of one row", 1), WindowScale.Level.MEAN, true, 2));
        return cases;
    }

    /** A layer on normalised windows whose two quantiles of two channels at three steps are brought back. */
    private static GraphCase forecast(CaseBuilder c, WindowScale.Level level, boolean isScaled, long... lengths) {
        Value x = windows(c, 5, 4);
        Value[] ends = lengths.length == 0 ? new Value[0] : new Value[] {lengths(c, lengths)};
        Node scale = c.graph.addNode(new WindowScale(level, isScaled, 0.25f), with(ends, x));
        Value y = c.graph.add(new WindowNorm(), with(ends, x, scale.output(0), scale.output(1)));
        Value head = GraphCases.dense(c, "head", y, 12, true);
        return c.squared(c.graph.add(new WindowDenorm(List.of(3, 0), 2), head, scale.output(0), scale.output(1)));
    }

    private static Value[] with(Value[] ends, Value... operands) {
        List<Value> all = new ArrayList<>(List.of(operands));
        all.addAll(Arrays.asList(ends));
        return all.toArray(Value[]::new);
    }

    private static List<GraphCase> embeddings() {
        List<GraphCase> cases = new ArrayList<>();
        for (int units : new int[] {1, 3, 17}) {
            CaseBuilder c = new CaseBuilder("embedding of " + units + " units", 3);
            Value y = c.graph.add(new Embedding(), ids(c, 3, 5), c.weights("table", 1, 6, units));
            cases.add(c.squared(y));
        }
        CaseBuilder c = new CaseBuilder("embedding of unequal lengths", 4);
        Value ends = lengths(c, 3, 0, 5, 1);
        cases.add(c.squared(c.graph.add(new Embedding(), ids(c, 4, 5), c.weights("table", 1, 6, 4), ends)));
        CaseBuilder one = new CaseBuilder("embedding of one row before a GRU, waves of places", 1);
        Value y = one.graph.add(new Embedding(), ids(one, 1, 4), one.weights("table", 1, 9, 4));
        y = one.graph.add(new PositionalEncoding(), y);
        cases.add(one.squared(SequenceCases.recurrent(one, "layer", Recurrent.Cell.GRU, y, 2)));
        for (int features : new int[] {1, 5}) {
            CaseBuilder places = new CaseBuilder("waves of places, " + features + " features", 3);
            cases.add(places.squared(
                    places.graph.add(new PositionalEncoding(), sequences(places, "front", 4, features))));
        }
        return cases;
    }

    /** Some ids come several times, one never. */
    private static Value ids(CaseBuilder c, int rows, int steps) {
        double[] ids = new double[rows * steps];
        Arrays.setAll(ids, i -> i * 7 % 5);
        return c.input("ids", Tensor.of(TensorType.floats(rows, steps, 1), ids));
    }

    private static List<GraphCase> attention() {
        CaseBuilder c = new CaseBuilder("scaled attention of unequal lengths", 3);
        Value x = sequences(c, "front", 4, 3);
        Value scores = c.graph.add(new MatMul(false, true, 0.5f), x, sequences(c, "keys", 4, 3));
        Value shares = c.graph.add(new Softmax(), scores, lengths(c, 4, 2, 3));
        CaseBuilder products = new CaseBuilder("scaled product of matrices, both transposed", 2);
        Value product = products.graph.add(
                new MatMul(true, true, 1.5f), sequences(products, "a", 5, 2), sequences(products, "b", 3, 5));
        return List.of(c.squared(c.graph.add(new MatMul(), shares, x)), products.squared(product));
    }
}
