package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.net.layer.Conv1dLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.testing.RaggedSequences;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;

/** The training loop on sequences, over ranks that are threads. */
class SequenceTrainingTest {

    private static final int ROWS = 240;
    private static final int VALIDATION = 60;

    private static Architecture lstm(SequenceInput input) {
        return Architecture.builder(input).add("lstm", RecurrentLayer.lstm(8)).build();
    }

    private static Architecture ragged() {
        return lstm(new SequenceInput(SequenceInput.OPEN, RaggedSequences.FEATURES, true));
    }

    private static int[] rows(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static Shard shard(List<TableBlock> training, List<TableBlock> validation) {
        return new Shard(List.of("a", "b"), training, validation);
    }

    /** All rows in so many parts of different sizes. */
    private static List<Shard> parts(int ranks) {
        List<Shard> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int[] training =
                    rows(ROWS * rank * rank / (ranks * ranks), ROWS * (rank + 1) * (rank + 1) / (ranks * ranks));
            int[] validation = rows(ROWS + VALIDATION * rank / ranks, ROWS + VALIDATION * (rank + 1) / ranks);
            shards.add(shard(
                    List.of(RaggedSequences.block(training, false)), List.of(RaggedSequences.block(validation, true))));
        }
        return shards;
    }

    private static RankThreads.Outcome train(LoopSettings settings, List<Shard> shards) {
        return RankThreads.train(settings.algorithm(), shards, 1);
    }

    private static NetworkModel model(RankThreads.Outcome outcome) throws IOException {
        return NetworkCodec.read(new ByteArrayInputStream(outcome.model()));
    }

    private static double last(RankThreads.Outcome outcome, String metric) {
        return outcome.metrics().get(outcome.metrics().size() - 1).get(metric);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void sequencesOfUnequalLengthsAreLearnt(int ranks) throws IOException {
        RankThreads.Outcome outcome =
                train(LoopSettings.of(ragged()).rate(0.03f).epochs(25), parts(ranks));
        assertThat(last(outcome, "validation-accuracy")).isGreaterThan(0.9);
        // As long as the longest sequence of any rank.
        assertThat(model(outcome).architecture().input())
                .isEqualTo(new SequenceInput(RaggedSequences.LONGEST, RaggedSequences.FEATURES, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theSameRowsOnTheSameRanksGiveTheSameBytes(int ranks) {
        LoopSettings settings = LoopSettings.of(ragged()).epochs(2);
        RankThreads.Outcome expected = train(settings, parts(ranks));
        List<Shard> shuffled = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            List<Integer> order = new ArrayList<>();
            for (int row = ROWS * rank * rank / (ranks * ranks);
                    row < ROWS * (rank + 1) * (rank + 1) / (ranks * ranks);
                    row++) {
                order.add(row);
            }
            Collections.shuffle(order, new Random(rank));
            int[] rows = order.stream().mapToInt(Integer::intValue).toArray();
            int cut = rows.length / 3;
            shuffled.add(shard(
                    List.of(
                            RaggedSequences.block(Arrays.copyOfRange(rows, 0, cut), false),
                            RaggedSequences.block(Arrays.copyOfRange(rows, cut, rows.length), false)),
                    parts(ranks).get(rank).validation()));
        }
        assertThat(train(settings, shuffled).model()).isEqualTo(expected.model());
    }

    /** Batches of all rows: with smaller ones, other numbers of ranks have other batches. */
    @Test
    void anyNumberOfRanksTakesTheSameSteps() {
        LoopSettings settings = LoopSettings.of(ragged()).batch(ROWS).epochs(6);
        RankThreads.Outcome expected = train(settings, parts(1));
        Shard none = shard(List.of(), List.of());
        Shard all = parts(1).get(0);
        for (List<Shard> shards : List.of(parts(2), parts(3), List.of(none, all), List.of(all, none, none))) {
            assertSameMetrics(train(settings, shards), expected);
        }
    }

    private static void assertSameMetrics(RankThreads.Outcome outcome, RankThreads.Outcome expected) {
        for (int epoch = 0; epoch < expected.metrics().size(); epoch++) {
            for (Map.Entry<String, Double> metric :
                    expected.metrics().get(epoch).entrySet()) {
                assertThat(outcome.metrics().get(epoch).get(metric.getKey()))
                        .as("%s of epoch %d", metric.getKey(), epoch)
                        .isCloseTo(metric.getValue(), within(metric.getKey().endsWith("accuracy") ? 0.02 : 1e-4));
            }
        }
    }

    private static LoopSettings numbers(Architecture network) {
        return new LoopSettings(new NetworkSettings(
                network.toJson(),
                new LossFunction.SquaredError(),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
                0.02f,
                "constant",
                64,
                12,
                Precision.FLOAT32,
                Float.POSITIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                "",
                "loss",
                0,
                false,
                "",
                new byte[0],
                42));
    }

    private static final WindowPlan PLAN = new WindowPlan(8, 2, 3, 1, List.of(1, 0));

    /** Waves of different phases: the first channel is the input and a target, the second a target only. */
    private static SequenceFeatures waves(int series) {
        int steps = 39;
        float[] values = new float[series * steps * 2];
        int[] starts = new int[series + 1];
        for (int s = 0; s < series; s++) {
            for (int t = 0; t < steps; t++) {
                values[2 * (s * steps + t)] = (float) Math.sin(0.4 * t + s);
                values[2 * (s * steps + t) + 1] = (float) Math.cos(0.4 * t + s);
            }
            starts[s + 1] = (s + 1) * steps;
        }
        return new SequenceFeatures(PLAN, 2, starts, values);
    }

    private static TableBlock block(SequenceFeatures features, boolean isValidation) {
        return new TableBlock(features.numRows(), features, new float[0], null, null, isValidation);
    }

    /** The same rows, each a sequence with labels of its own. */
    private static TableBlock expanded(SequenceFeatures windows, boolean isValidation) {
        int rows = windows.numRows();
        float[] values = new float[rows * PLAN.length()];
        int[] starts = new int[rows + 1];
        float[][] targets = new float[PLAN.numTargets()][rows];
        float[] target = new float[PLAN.numTargets()];
        for (int r = 0; r < rows; r++) {
            windows.copyWindow(r, values, r * PLAN.length());
            starts[r + 1] = (r + 1) * PLAN.length();
            windows.copyTargets(r, target, 0);
            for (int k = 0; k < target.length; k++) {
                targets[k][r] = target[k];
            }
        }
        SequenceFeatures whole = new SequenceFeatures(WindowPlan.whole(1), 1, starts, values);
        return new TableBlock(rows, whole, targets[0], null, targets, isValidation);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void windowsOverSeriesAreLearnt(int ranks) throws IOException {
        SequenceFeatures waves = waves(12);
        List<Shard> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int rows = waves.numRows() - 30;
            // Cut in the midst of series.
            SequenceFeatures part = waves.slice(rows * rank / ranks, rows * (rank + 1) / ranks);
            shards.add(shard(
                    List.of(block(part, false)),
                    rank == 0 ? List.of(block(waves.slice(rows, rows + 30), true)) : List.of()));
        }
        Architecture network = lstm(SequenceInput.of(SequenceInput.OPEN, 1));
        RankThreads.Outcome outcome = train(numbers(network).epochs(20), shards);
        assertThat(last(outcome, "validation-rmse"))
                .isLessThan(0.5 * outcome.metrics().get(0).get("validation-rmse"));
        assertThat(model(outcome).architecture().input()).isEqualTo(SequenceInput.of(8, 1));
        assertThat(model(outcome).architecture().numOutputs()).isEqualTo(6);
    }

    @Test
    void windowsAreTheSameRowsAsWhenTheyAreWrittenOut() {
        SequenceFeatures waves = waves(6);
        LoopSettings settings = numbers(lstm(SequenceInput.of(8, 1)));
        settings = settings.batch(waves.numRows()).epochs(3);
        Shard windows = shard(List.of(block(waves, false)), List.of());
        Shard written = shard(List.of(expanded(waves, false)), List.of());
        assertSameMetrics(train(settings, List.of(written)), train(settings, List.of(windows)));
    }

    @Test
    void seriesComeInAnOrderOfTheirContent() {
        SequenceFeatures waves = waves(6);
        int half = waves.firstRow(3);
        LoopSettings settings = numbers(lstm(SequenceInput.of(8, 1))).epochs(2);
        byte[] expected = train(settings, List.of(shard(List.of(block(waves, false)), List.of())))
                .model();
        Shard turned = shard(
                List.of(block(waves.slice(half, waves.numRows()), false), block(waves.slice(0, half), false)),
                List.of());
        assertThat(train(settings, List.of(turned)).model()).isEqualTo(expected);
        // Another step at the end of the last series is another shard.
        Shard less = shard(List.of(block(waves.slice(0, waves.numRows() - 1), false)), List.of());
        assertThat(train(settings, List.of(less)).model()).isNotEqualTo(expected);
    }

    @Test
    void largestLabelsAndWeightsAreThoseOfTheRows() {
        int[] all = rows(0, 30);
        TableBlock block = RaggedSequences.block(all, false);
        float[] weights = new float[30];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1 + i;
        }
        NetworkRows rows = NetworkRows.of(
                List.of(new TableBlock(30, block.features(), block.labels(), weights, null, false)),
                new SequenceInput(RaggedSequences.LONGEST, RaggedSequences.FEATURES, true));
        assertThat(rows.largestLabel()).isEqualTo(1);
        int width = RaggedSequences.LONGEST * RaggedSequences.FEATURES;
        float[] row = new float[width];
        boolean[] seen = new boolean[30];
        for (int r = 0; r < 30; r++) {
            Arrays.fill(row, Float.NaN);
            rows.copyFloats(r, row, 0, width);
            int original = Math.round(rows.weight(r)) - 1;
            seen[original] = true;
            assertThat(rows.label(r)).isEqualTo(RaggedSequences.label(original));
            float[] steps = RaggedSequences.steps(original);
            assertThat(rows.length(r)).isEqualTo(steps.length / RaggedSequences.FEATURES);
            assertThat(row).isEqualTo(Arrays.copyOf(steps, width));
        }
        assertThat(seen).doesNotContain(false);
    }

    @Test
    void aScorerTakesSequencesOfUnequalLengths() throws IOException {
        RankThreads.Outcome outcome =
                train(LoopSettings.of(ragged()).rate(0.03f).epochs(25), parts(1));
        int width = RaggedSequences.LONGEST * RaggedSequences.FEATURES;
        int count = 21;
        float[] rows = new float[count * width];
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            float[] steps = RaggedSequences.steps(1000 + i);
            System.arraycopy(steps, 0, rows, i * width, steps.length);
            lengths[i] = steps.length / RaggedSequences.FEATURES;
        }
        float[][] together = new float[count][];
        float[][] alone = new float[count][];
        int[] right = new int[1];
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                NetworkScorer scorer =
                        new NetworkScorer(model(outcome), backend, Precision.FLOAT32, NetworkGraphs.Link.NONE, null)) {
            scorer.score(rows, lengths, count, (row, logits, embeddings) -> together[row] = logits);
            for (int i = 0; i < count; i++) {
                int row = i;
                float[] own = Arrays.copyOfRange(rows, i * width, (i + 1) * width);
                scorer.score(own, new int[] {lengths[i]}, 1, (r, logits, embeddings) -> alone[row] = logits);
                right[0] += (together[i][1] > together[i][0] ? 1 : 0) == RaggedSequences.label(1000 + i) ? 1 : 0;
            }
            assertThatThrownBy(() -> scorer.score(rows, count, (row, logits, embeddings) -> {}))
                    .hasMessageContaining("lengths too");
        }
        assertThat(right[0]).isGreaterThan(count * 8 / 10);
        for (int i = 0; i < count; i++) {
            assertThat(alone[i]).as("row %d", i).containsExactly(together[i], within(1e-5f));
        }
    }

    @Test
    void rowsThatDoNotFitTheInputAreRefused() {
        Shard rows = parts(1).get(0);
        refused(lstm(new SequenceInput(10, 2, true)), rows, "longest sequence has 12 steps", "sequence of 10 steps");
        Architecture shortening = Architecture.builder(SequenceInput.of(12, 2))
                .add("conv", Conv1dLayer.of(4, 3))
                .add("lstm", RecurrentLayer.lstm(4))
                .build();
        refused(shortening, rows, "3 to 12 steps", "unequal lengths", "layer '");
        refused(lstm(new SequenceInput(12, 3, true)), rows, "steps have 2 features", "12 steps x 3 features");
        Shard images = shard(List.of(PatternBlocks.block(rows(0, 9), false)), List.of());
        refused(ragged(), images, "rows are no sequences", "sequence of any number of steps");
        Architecture vectors =
                Architecture.builder(new VectorInput(2)).dense(4, "relu").build();
        refused(vectors, rows, "rows are sequences", "rows of 2 values");
        // Every rank hears of it, wherever the row is.
        Shard small = shard(List.of(RaggedSequences.block(rows(0, 1), false)), List.of());
        assertThatThrownBy(() -> train(LoopSettings.of(lstm(new SequenceInput(10, 2, true))), List.of(small, rows)))
                .isInstanceOf(InvalidTrainingDataException.class);
    }

    @Test
    void aNetworkWithoutLengthsGetsThemWhereRowsNeedThem() throws IOException {
        Shard rows = shard(List.of(RaggedSequences.block(rows(0, 30), false)), List.of());
        for (int steps : new int[] {SequenceInput.OPEN, 12}) {
            LoopSettings settings =
                    LoopSettings.of(lstm(SequenceInput.of(steps, 2))).epochs(1);
            assertThat(model(train(settings, List.of(rows))).architecture().input())
                    .isEqualTo(new SequenceInput(12, 2, true));
        }
    }

    private static void refused(Architecture network, Shard shard, String... texts) {
        assertThatThrownBy(() -> train(LoopSettings.of(network), List.of(shard)))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContainingAll(texts);
    }

    @Test
    void thePlanOfMemoryKnowsTheSteps() {
        ShardShape shape =
                new ShardShape(1000, 0, 2, false, 2, 1, 24_000, 24_000, false, false, new SeriesShape(12, 1000, false));
        MemoryPlan plan = LoopSettings.of(ragged()).algorithm().memoryPlan(shape);
        // Nothing is turned; 4 bytes a row of an epoch's order, and 40 a series until they are sorted.
        assertThat(plan.bytesByPurpose())
                .doesNotContainKey("rows of floats, while they are turned")
                .containsEntry("order of series and rows", 44_000L);
    }
}
