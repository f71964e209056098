package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.WindowScale;
import org.sparkmlext.kernels.sealed.SealedBackend;
import org.sparkmlext.net.layer.AttentionPoolLayer;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv1dLayer;
import org.sparkmlext.net.layer.EmbeddingLayer;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerNormLayer;
import org.sparkmlext.net.layer.PositionalEncodingLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.SelfAttentionLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/** Sequences as input: open numbers of steps, and lengths that every layer heeds. */
class SequenceInputTest {

    private static final int[] LENGTHS = {3, 5, 1};
    private static final int STEPS = 5;
    private static final int FEATURES = 4;

    /** Layers that take sequences of unequal lengths. */
    static Stream<Layer> layers() {
        return Stream.of(
                RecurrentLayer.lstm(3),
                RecurrentLayer.lstm(2).bidirectional(),
                RecurrentLayer.gru(2).bidirectional(),
                RecurrentLayer.gru(3).sequence().bidirectional(),
                RecurrentLayer.rnn(2).bidirectional(),
                Conv1dLayer.of(3, 4).padded(),
                Conv1dLayer.of(3, 1).activation("sigmoid"),
                Conv1dLayer.of(3, 2).dilation(2).padded(),
                new AttentionPoolLayer(3),
                new SelfAttentionLayer(2),
                new PositionalEncodingLayer(),
                LayerNormLayer.of(),
                BatchNormLayer.of().activation("relu"),
                new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE),
                new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX),
                WindowNormLayer.of(WindowScale.Level.LAST),
                WindowNormLayer.of(WindowScale.Level.MEAN));
    }

    private static Architecture network(SequenceInput input, Layer layer) {
        Architecture.Builder network = Architecture.builder(input).add("layer", layer);
        if (network.build().shape("layer").rank() == 2) {
            network.add("last", RecurrentLayer.lstm(3));
        }
        return network.output(2).build();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whatLiesBehindTheEndOfARowDoesNotMatter(Layer layer) {
        SplittableRandom random = new SplittableRandom(4);
        float[] rows = new float[LENGTHS.length * STEPS * FEATURES];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextDouble(-1, 1);
        }
        SequenceInput padded = new SequenceInput(STEPS, FEATURES, true);
        float[] together = score(network(padded, layer), rows, LENGTHS);
        for (int row = 0; row < LENGTHS.length; row++) {
            int from = row * STEPS * FEATURES;
            float[] alone = Arrays.copyOfRange(rows, from, from + LENGTHS[row] * FEATURES);
            float[] expected = score(network(SequenceInput.of(LENGTHS[row], FEATURES), layer), alone, new int[0]);
            for (int k = 0; k < expected.length; k++) {
                assertThat(together[row * expected.length + k])
                        .as("output %d of row %d", k, row)
                        .isCloseTo(expected[k], within(1e-5f));
            }
        }
    }

    /** Logits of rows, on the naive reference. */
    static float[] score(Architecture network, float[] rows, int[] lengths) {
        NetworkGraphs graphs = new NetworkGraphs(network);
        GraphKernels kernels = new SealedBackend().graphs();
        int count = rows.length / network.input().rowLength();
        Graph graph = graphs.scoringGraph(count, NetworkGraphs.Link.NONE, null);
        try (ModelMemory memory = kernels.allocate(graph.layout(), false);
                Program program = kernels.compile(graph, Precision.FLOAT32, memory)) {
            float[] parameters = graphs.initialParameters(3);
            memory.parameters().copyIn(0, parameters, 0, parameters.length);
            float[] state = graphs.initialState();
            memory.state().copyIn(0, state, 0, state.length);
            program.input(NetworkGraphs.INPUT).copyIn(0, rows, 0, rows.length);
            if (lengths.length > 0) {
                program.input(NetworkGraphs.LENGTHS).copyIn(0, lengths, 0, lengths.length);
            }
            program.loadParameters();
            program.run(new RunKey(0, 0));
            float[] logits = new float[count * network.numOutputs()];
            program.output(NetworkGraphs.LOGITS).copyOut(0, logits, 0, logits.length);
            return logits;
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void layersTrainOnUnequalLengths(Layer layer) {
        Architecture network = network(new SequenceInput(STEPS, FEATURES, true), layer);
        try (ReferenceRun run = new ReferenceRun(network, 6, new LossFunction.SquaredError(), null)) {
            run.layout().entries().forEach(entry -> run.checkSlope(entry.offset(), entry.end(), entry.name()));
        }
    }

    /** 0 behind the end is what a vector sees of a short row. */
    @Test
    void aVectorOfARowEndsInZeros() {
        SequenceInput input = new SequenceInput(STEPS, FEATURES, true);
        float[] rows = new float[STEPS * FEATURES];
        Arrays.fill(rows, 0.5f);
        for (Architecture network : List.of(
                Architecture.builder(input).output(2).build(),
                Architecture.builder(input).flatten().output(2).build())) {
            float[] padded = score(network, rows, new int[] {3});
            float[] zeros = rows.clone();
            Arrays.fill(zeros, 3 * FEATURES, zeros.length, 0);
            assertThat(padded).isEqualTo(score(network, zeros, new int[] {STEPS}));
            assertThat(padded).isNotEqualTo(score(network, rows, new int[] {STEPS}));
        }
    }

    @Test
    void idsBehindTheEndOfARowNeedNotBeIds() {
        SequenceInput input = new SequenceInput(3, 1, true);
        Architecture network = Architecture.builder(input)
                .add("words", new EmbeddingLayer(6, 3))
                .add("layer", RecurrentLayer.gru(2))
                .output(2)
                .build();
        float[] scores = score(network, new float[] {2, 4, 77}, new int[] {2});
        assertThat(scores).isEqualTo(score(network, new float[] {2, 4, 0}, new int[] {2}));
        assertThat(scores).isNotEqualTo(score(network, new float[] {2, 4, 0}, new int[] {3}));
    }

    @Test
    void layersThatWouldMixPaddingInAreRefused() {
        SequenceInput input = new SequenceInput(STEPS, FEATURES, true);
        for (Layer layer : List.of(Conv1dLayer.of(3, 2), Conv1dLayer.of(3, 1).stride(2))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            Architecture.builder(input).add("layer", layer).build())
                    .withMessageContaining("layer 'layer' (conv1d)")
                    .withMessageContaining("padding 'same' and stride 1");
        }
    }

    @Test
    void layersOfTheInputAloneAreToldSo() {
        for (Layer layer : List.of(WindowNormLayer.of(WindowScale.Level.MEAN), new EmbeddingLayer(5, 2))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Architecture.builder(SequenceInput.of(5, 1))
                            .add("before", Conv1dLayer.of(1, 1))
                            .add("layer", layer)
                            .build())
                    .withMessageContaining("layer 'layer' (" + layer.kind() + ")")
                    .withMessageContaining("takes the network's input as it is given; got 5x1 from 'before'");
        }
    }

    @Test
    void graphsTakeLengthsWhereRowsHaveThem() {
        NetworkGraphs graphs =
                new NetworkGraphs(network(new SequenceInput(STEPS, FEATURES, true), RecurrentLayer.gru(2)));
        assertThat(graphs.evaluationGraph(3, new LossFunction.SquaredError())
                        .inputs()
                        .keySet())
                .containsExactly("input", "lengths", "targets", "weights");
        NetworkGraphs full = new NetworkGraphs(network(SequenceInput.of(STEPS, FEATURES), RecurrentLayer.gru(2)));
        assertThat(full.scoringGraph(3, NetworkGraphs.Link.NONE, null).inputs().keySet())
                .containsExactly("input");
    }

    @Test
    void theNumberOfStepsMayBeLeftOpen() {
        Architecture open = Architecture.fromJson("""
                {"version": 1, "input": {"kind": "sequence", "features": 4, "lengths": true},
                 "layers": [{"layer": "lstm", "name": "a", "units": 3}, {"layer": "dense", "name": "output", "units": 2}]}""");
        assertThat(open.input()).isEqualTo(new SequenceInput(SequenceInput.OPEN, 4, true));
        assertThat(Architecture.fromJson(open.toJson())).isEqualTo(open);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NetworkGraphs(open))
                .withMessageContaining("any number of steps x 4 features, of unequal lengths")
                .withMessageContaining("withSteps");
        Architecture known = open.withInput(((SequenceInput) open.input()).withSteps(7));
        assertThat(known.shape("input")).isEqualTo(Shape.of(7, 4));
        assertThat(known.numParameters()).isEqualTo(open.numParameters());
        assertThat(new NetworkGraphs(known).architecture().toJson()).contains("\"steps\": 7");
    }

    @ParameterizedTest
    @CsvSource({"-1, 3", "5, 0", "0, -2"})
    void sizesAreChecked(int steps, int features) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SequenceInput.of(steps, features))
                .withMessageContaining(steps + " steps of " + features + " features");
    }

    @Test
    void lengthsOfTheInputFitNoOtherNumberOfSteps() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Architecture.builder(new SequenceInput(6, 4, true))
                        .reshape(8, 3)
                        .add("late", RecurrentLayer.lstm(2))
                        .build())
                .withMessageContaining("layer 'late' (lstm)")
                .withMessageContaining("all 6 steps of the input; got 8x3");
        assertThat(List.of(
                        SequenceInput.of(3, 2).hasLengths(),
                        SequenceInput.of(3, 2).withLengths().hasLengths()))
                .containsExactly(false, true);
    }
}
