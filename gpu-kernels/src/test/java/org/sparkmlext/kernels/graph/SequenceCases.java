package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/** Cases of the ops on sequences: full and unequal lengths, lengths of 0 and of all steps, one row, one step. */
final class SequenceCases {

    private SequenceCases() {}

    static Stream<GraphCase> all() {
        return Stream.of(recurrent(), steps(), pixels(), products()).flatMap(cases -> cases);
    }

    /** Sequences N x steps x features. */
    static Value sequences(CaseBuilder c, String front, int steps, int features) {
        Value rows = c.rows(front, steps * features);
        return c.graph.add(new Reshape(Shape.of(c.graph.rows(), steps, features)), rows);
    }

    static Value lengths(CaseBuilder c, long... lengths) {
        return c.input("lengths", Tensor.of(new TensorType(Element.INT, Shape.of(lengths.length)), lengths));
    }

    /** A recurrent layer with weights of the usual size. */
    static Value recurrent(CaseBuilder c, String name, Cell cell, Value x, int units, Value... lengths) {
        int features = c.graph.type(x).shape().size(2);
        double scale = 1 / Math.sqrt(units);
        List<Value> operands = new ArrayList<>(List.of(
                x,
                c.weights(name + ".weights", scale, cell.gates() * units, features),
                c.weights(name + ".recurrent", scale, cell.gates() * units, units),
                c.weights(name + ".bias", 0.5, cell.biases() * units)));
        operands.addAll(Arrays.asList(lengths));
        return c.graph.add(new Recurrent(cell), operands.toArray(Value[]::new));
    }

    private static GraphCase layer(Cell cell, String name, int steps, int features, int units, int rows) {
        CaseBuilder c = new CaseBuilder(cell + " " + name, rows);
        return c.squared(recurrent(c, "layer", cell, sequences(c, "front", steps, features), units));
    }

    private static GraphCase masked(Cell cell, String name, int steps, int features, int units, long... lengths) {
        CaseBuilder c = new CaseBuilder(cell + " " + name, lengths.length);
        Value x = sequences(c, "front", steps, features);
        return c.squared(recurrent(c, "layer", cell, x, units, lengths(c, lengths)));
    }

    /** So many units that back ends may go other ways than for few; more than 128 among them. */
    private static List<GraphCase> manyUnits() {
        return List.of(
                layer(Cell.LSTM, "of 40 units", 3, 3, 40, 5),
                layer(Cell.LSTM, "of 70 units", 4, 2, 70, 3),
                layer(Cell.LSTM, "of 128 units, one row", 3, 1, 128, 1),
                layer(Cell.LSTM, "of 130 units", 2, 2, 130, 3),
                layer(Cell.GRU, "of 70 units", 4, 2, 70, 3),
                layer(Cell.GRU, "of 130 units", 2, 2, 130, 3),
                masked(Cell.GRU, "of 65 units, 6 rows of unequal lengths", 3, 2, 65, 1, 3, 2, 0, 3, 2),
                masked(Cell.LSTM, "of 33 units, 9 rows of unequal lengths", 3, 2, 33, 3, 0, 2, 1, 3, 3, 2, 0, 1),
                masked(Cell.LSTM, "of 65 units, 6 rows of unequal lengths", 3, 2, 65, 1, 3, 2, 0, 3, 2));
    }

    static Stream<GraphCase> recurrent() {
        List<GraphCase> cases = new ArrayList<>();
        cases.addAll(manyUnits());
        for (Cell cell : Cell.values()) {
            cases.add(layer(cell, "of 3 rows", 5, 3, 4, 3));
            cases.add(layer(cell, "of one row", 4, 2, 3, 1));
            cases.add(layer(cell, "of one step", 1, 3, 5, 4));
            cases.add(layer(cell, "of one feature and one unit", 3, 1, 1, 2));
            cases.add(layer(cell, "of 9 features and 17 units", 2, 9, 17, 3));
            cases.add(masked(cell, "of unequal lengths", 5, 3, 4, 2, 5, 1, 3));
            cases.add(masked(cell, "of a length of 0", 3, 2, 3, 0, 3, 2));
            cases.add(masked(cell, "of one row, shorter than the batch", 4, 3, 2, 3));
            CaseBuilder c = new CaseBuilder(cell + ", the last step of two layers", 3);
            Value lengths = lengths(c, 4, 2, 3);
            Value x = recurrent(c, "first", cell, sequences(c, "front", 4, 3), 4, lengths);
            x = recurrent(c, "second", cell, x, 3, lengths);
            cases.add(c.squared(c.graph.add(new LastStep(), x, lengths)));
            cases.add(bidirectional(cell));
        }
        for (int rows : new int[] {1, 4}) {
            CaseBuilder two = new CaseBuilder("two LSTMs with dropout between, " + rows + " rows", rows);
            Value row = two.rowNumbers();
            Value first = recurrent(two, "first", Cell.LSTM, sequences(two, "front", 3, 2), 4);
            first = two.graph.add(new Dropout(0.25f, 1), first, row);
            cases.add(two.squared(recurrent(two, "second", Cell.LSTM, first, 3)));
        }
        CaseBuilder c = new CaseBuilder("LSTM with frozen weights between trained layers", 2);
        Value x = recurrent(c, "frozen", Cell.LSTM, sequences(c, "front", 3, 2), 3);
        cases.add(c.squared(recurrent(c, "last", Cell.LSTM, x, 2)));
        c = new CaseBuilder("LSTM as first layer, padded with NaN", 2);
        double[] padded = new double[2 * 3 * 2];
        Arrays.setAll(padded, i -> i >= 8 ? Double.NaN : (i * 5 % 7 - 3) / 4.0);
        x = c.input("x", Tensor.of(TensorType.floats(2, 3, 2), padded));
        cases.add(c.squared(recurrent(c, "layer", Cell.LSTM, x, 3, lengths(c, 3, 1))));
        return cases.stream();
    }

    private static GraphCase bidirectional(Cell cell) {
        CaseBuilder c = new CaseBuilder(cell + " in both directions, dropout, a second layer", 3);
        Value lengths = lengths(c, 2, 4, 3);
        Value row = c.rowNumbers();
        Value x = sequences(c, "front", 4, 3);
        Value forward = recurrent(c, "forward", cell, x, 2, lengths);
        Value turned = c.graph.add(new ReverseSteps(), x, lengths);
        Value backward = c.graph.add(new ReverseSteps(), recurrent(c, "backward", cell, turned, 3, lengths), lengths);
        Value both = c.graph.add(new Concat(2), forward, backward);
        Value dropped = c.graph.add(new Dropout(0.25f, 2), both, row);
        return c.squared(recurrent(c, "second", cell, dropped, 3, lengths));
    }

    private static Stream<GraphCase> steps() {
        List<GraphCase> cases = new ArrayList<>();
        CaseBuilder c = new CaseBuilder("reversed sequences", 3);
        cases.add(c.squared(c.graph.add(new ReverseSteps(), sequences(c, "front", 4, 3))));
        c = new CaseBuilder("reversed sequences of unequal lengths", 4);
        cases.add(c.squared(c.graph.add(new ReverseSteps(), sequences(c, "front", 5, 2), lengths(c, 3, 0, 5, 1))));
        c = new CaseBuilder("last steps", 3);
        cases.add(c.squared(c.graph.add(new LastStep(), sequences(c, "front", 4, 3))));
        c = new CaseBuilder("last steps of unequal lengths", 4);
        cases.add(c.squared(c.graph.add(new LastStep(), sequences(c, "front", 3, 5), lengths(c, 3, 0, 2, 1))));
        return cases.stream();
    }

    /** Convolutions along time, one of single steps among them. */
    private static Stream<GraphCase> pixels() {
        List<GraphCase> cases = new ArrayList<>();
        for (int kernel : new int[] {1, 3}) {
            for (int rows : new int[] {1, 3}) {
                CaseBuilder c = new CaseBuilder("convolution of " + kernel + " steps, " + rows + " rows", rows);
                Value x = c.graph.add(new StepsAsPixels(), sequences(c, "front", 5, 3));
                Window2d window = new Window2d(1, kernel, 1, 1, 0, 0, 0, 0, 1, 1);
                Value y = c.graph.add(new StepsAsPixels.Inverse(), GraphCases.conv(c, "conv", x, window, 4, 1, true));
                cases.add(c.squared(recurrent(c, "layer", Cell.GRU, y, 2)));
            }
        }
        CaseBuilder c = new CaseBuilder("steps as pixels and back", 2);
        Value x = c.graph.add(new StepsAsPixels(), sequences(c, "front", 4, 3));
        cases.add(c.squared(c.graph.add(new StepsAsPixels.Inverse(), x)));
        return cases.stream();
    }

    private static Stream<GraphCase> products() {
        List<GraphCase> cases = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean first = i % 2 == 1;
            boolean second = i / 2 == 1;
            CaseBuilder c = new CaseBuilder("product of matrices, transposed: " + first + ", " + second, 3);
            Value x = first ? sequences(c, "a", 5, 2) : sequences(c, "a", 2, 5);
            Value z = second ? sequences(c, "b", 3, 5) : sequences(c, "b", 5, 3);
            cases.add(c.squared(c.graph.add(new MatMul(first, second), x, z)));
        }
        CaseBuilder c = new CaseBuilder("product of matrices, batch 1, weighted sum of steps", 1);
        cases.add(c.squared(c.graph.add(new MatMul(), sequences(c, "a", 1, 4), sequences(c, "b", 4, 3))));
        c = new CaseBuilder("product of a matrix with itself", 2);
        Value x = sequences(c, "front", 4, 3);
        cases.add(c.squared(c.graph.add(new MatMul(true, false), x, x)));
        return cases.stream();
    }
}
