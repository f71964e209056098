package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What dropout keeps is exactly what {@link CounterRandom} says: in every layout, for a row wherever it is computed. */
abstract class DropoutContract extends GraphContract {

    private static final RunKey KEY = new RunKey(42, 7);
    private static final long[] ROW_NUMBERS = {5, 1L << 40, 0, 77, 5};

    /** Channels (0: rows without image axes), whether a convolution comes before, so that the back end may choose the layout. */
    static Stream<Arguments> layouts() {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> Stream.of(
                        Arguments.of(0, false, precision),
                        Arguments.of(0, true, precision),
                        Arguments.of(1, false, precision),
                        Arguments.of(5, false, precision),
                        Arguments.of(5, true, precision),
                        Arguments.of(16, true, precision),
                        Arguments.of(33, true, precision)));
    }

    /** Ones through a layer that keeps them, dropped; for scoring. */
    private static Graph graph(int rows, int channels, boolean isAfterLayer, float rate, int stream) {
        GraphBuilder graph = new GraphBuilder(rows);
        TensorType type = channels == 0 ? TensorType.floats(rows, 70) : TensorType.floats(rows, channels, 6, 7);
        Value x = graph.input("x", type);
        Value row = graph.input("row", new TensorType(Element.LONG, Shape.of(rows)));
        if (isAfterLayer && channels == 0) {
            x = graph.add(new Dense(), x, graph.parameter("weights", Shape.of(70, 70)));
        } else if (isAfterLayer) {
            x = graph.add(
                    new Conv2d(Window2d.square(1), 1),
                    x,
                    graph.parameter("weights", Shape.of(channels, channels, 1, 1)));
        }
        graph.output("y", graph.add(new Dropout(rate, stream), x, row));
        return graph.build();
    }

    private static GraphCase onOnes(Graph graph, RunKey key, long... rowNumbers) {
        TensorType type = graph.inputs().get("x");
        double[] ones = new double[type.shape().elements()];
        Arrays.fill(ones, 1);
        Map<String, Tensor> inputs = Map.of(
                "x", Tensor.of(type, ones), "row", Tensor.of(graph.inputs().get("row"), rowNumbers));
        float[] weights = new float[graph.layout().parameters().length()];
        int width = (int) Math.round(Math.sqrt(weights.length));
        for (int i = 0; i < width; i++) {
            weights[i * width + i] = 1;
        }
        return new GraphCase("ones", graph, inputs, weights, new float[0], key, GraphCase.Bend.GENTLE);
    }

    private float[] dropped(GraphCase c, Precision precision) {
        try (CompiledCase compiled = compile(c, precision)) {
            return compiled.run().output("y");
        }
    }

    private static void assertSameKept(float[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i] != 0).as("kept %d", i).isEqualTo(expected[i] != 0);
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void keepsWhatTheReferenceKeeps(int channels, boolean isAfterLayer, Precision precision) {
        assumeSupported(precision);
        for (float rate : new float[] {0, 0.25f, 0.5f, 0.95f}) {
            GraphCase c = onOnes(graph(5, channels, isAfterLayer, rate, 3), KEY, ROW_NUMBERS);
            float[] y = dropped(c, precision);
            double[] expected = reference(c).get(c.graph().outputs().get("y")).numbers();
            assertSameKept(y, expected);
            Closeness.of(precision).check("y", y, expected);
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void aRowKeepsTheSameInEveryBatch(int channels, boolean isAfterLayer, Precision precision) {
        assumeSupported(precision);
        float[] five = dropped(onOnes(graph(5, channels, isAfterLayer, 0.5f, 3), KEY, ROW_NUMBERS), precision);
        float[] alone = dropped(onOnes(graph(1, channels, isAfterLayer, 0.5f, 3), KEY, 5), precision);
        float[] last = dropped(onOnes(graph(3, channels, isAfterLayer, 0.5f, 3), KEY, 9, 77, 0), precision);
        int width = alone.length;
        assertThat(Arrays.copyOf(five, width)).isEqualTo(alone);
        assertThat(Arrays.copyOfRange(five, 4 * width, 5 * width)).isEqualTo(alone);
        assertThat(Arrays.copyOfRange(last, width, 2 * width))
                .isEqualTo(Arrays.copyOfRange(five, 3 * width, 4 * width));
        assertThat(Arrays.copyOfRange(last, 2 * width, 3 * width))
                .isEqualTo(Arrays.copyOfRange(five, 2 * width, 3 * width))
                .isNotEqualTo(alone);
    }

    @Test
    void seedStepAndStreamChangeWhatIsKept() {
        Graph graph = graph(2, 4, false, 0.5f, 3);
        float[] kept = dropped(onOnes(graph, KEY, 1, 2), Precision.FLOAT32);
        assertThat(dropped(onOnes(graph, new RunKey(43, 7), 1, 2), Precision.FLOAT32))
                .isNotEqualTo(kept);
        assertThat(dropped(onOnes(graph, new RunKey(42, 8), 1, 2), Precision.FLOAT32))
                .isNotEqualTo(kept);
        assertThat(dropped(onOnes(graph(2, 4, false, 0.5f, 4), KEY, 1, 2), Precision.FLOAT32))
                .isNotEqualTo(kept);
        assertThat(dropped(onOnes(graph, KEY, 1, 2), Precision.FLOAT32)).isEqualTo(kept);
    }

    @Test
    void oneProgramFollowsItsKeyFromRunToRun() {
        GraphCase c = onOnes(graph(2, 4, false, 0.5f, 3), KEY, 1, 2);
        try (CompiledCase compiled = compile(c, Precision.FLOAT32)) {
            for (long step = 0; step < 3; step++) {
                RunKey key = new RunKey(42, step);
                compiled.program.run(key);
                assertThat(compiled.output("y")).isEqualTo(dropped(onOnes(c.graph(), key, 1, 2), Precision.FLOAT32));
            }
        }
    }

    @Test
    void theRateIsKeptOnAverage() {
        int rows = 200;
        long[] numbers = new long[rows];
        Arrays.setAll(numbers, i -> 1000L + i);
        float[] y = dropped(onOnes(graph(rows, 0, false, 0.3f, 0), KEY, numbers), Precision.FLOAT32);
        double kept = 0;
        for (float value : y) {
            kept += value == 0 ? 0 : 1;
        }
        // Five standard deviations of 14,000 draws.
        assertThat(kept / y.length).isCloseTo(0.7, within(5 * Math.sqrt(0.21 / y.length)));
    }
}
