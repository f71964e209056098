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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundState;

/** The training loop over ranks that are threads. */
class TrainingLoopTest {

    private static final int ROWS = 180;
    private static final int VALIDATION = 60;

    private static Architecture.Builder conv() {
        return Architecture.builder(ImageInput.bytes(PatternBlocks.SIZE, PatternBlocks.SIZE, 1))
                .conv2d(4, 3, "relu")
                .maxPool2d(2);
    }

    /** Without batch norm and dropout. */
    private static Architecture plain() {
        return conv().flatten().dense(8, "relu").build();
    }

    /** With all that draws numbers or keeps statistics. */
    private static Architecture full() {
        return conv().batchNorm().dropout(0.2).flatten().dense(8, "relu").build();
    }

    private static int[] rows(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static Shard shard(int[] training, int[] validation) {
        return shard(List.of(PatternBlocks.block(training, false)), validation);
    }

    private static Shard shard(List<TableBlock> training, int[] validation) {
        return new Shard(
                Collections.nCopies(PatternBlocks.WIDTH, "pixel"),
                training,
                validation.length == 0 ? List.of() : List.of(PatternBlocks.block(validation, true)));
    }

    /** All rows, those of validation too, in so many parts of different sizes. */
    private static List<Shard> parts(int ranks) {
        List<Shard> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int from = ROWS * rank * rank / (ranks * ranks);
            int to = ROWS * (rank + 1) * (rank + 1) / (ranks * ranks);
            int begin = ROWS + VALIDATION * rank / ranks;
            shards.add(shard(rows(from, to), rows(begin, ROWS + VALIDATION * (rank + 1) / ranks)));
        }
        return shards;
    }

    private static RankThreads.Outcome train(LoopSettings settings, List<Shard> shards) {
        return RankThreads.train(settings.algorithm(), shards, 1);
    }

    private static double[] metric(RankThreads.Outcome outcome, String name) {
        return outcome.metrics().stream().mapToDouble(m -> m.get(name)).toArray();
    }

    private static NetworkModel model(RankThreads.Outcome outcome) throws IOException {
        return NetworkCodec.read(new ByteArrayInputStream(outcome.model()));
    }

    private static float[] parameter(NetworkModel model, String name) {
        FlatLayout.Entry entry =
                new NetworkGraphs(model.architecture()).layout().parameters().entry(name);
        return Arrays.copyOfRange(model.parameters(), entry.offset(), entry.end());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void learns(int ranks) throws IOException {
        RankThreads.Outcome outcome = train(LoopSettings.of(full()).epochs(15), parts(ranks));
        double[] losses = metric(outcome, "train-loss");
        assertThat(losses[14]).isLessThan(losses[0] / 2);
        assertThat(metric(outcome, "validation-accuracy")[14]).isGreaterThan(0.9);
        assertThat(model(outcome).architecture().numOutputs()).isEqualTo(PatternBlocks.CLASSES);
        assertThat(outcome.metrics().get(0).keySet())
                .containsExactly("train-loss", "train-accuracy", "validation-loss", "validation-accuracy");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theSameRowsOnTheSameRanksGiveTheSameBytes(int ranks) {
        LoopSettings settings = LoopSettings.of(full());
        RankThreads.Outcome expected = train(settings, parts(ranks));
        assertThat(train(settings, parts(ranks)).model()).isEqualTo(expected.model());
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
            int begin = ROWS + VALIDATION * rank / ranks;
            shuffled.add(shard(
                    List.of(
                            PatternBlocks.block(Arrays.copyOfRange(rows, 0, cut), false),
                            PatternBlocks.block(Arrays.copyOfRange(rows, cut, rows.length), false)),
                    rows(begin, ROWS + VALIDATION * (rank + 1) / ranks)));
        }
        assertThat(train(settings, shuffled).model()).isEqualTo(expected.model());
    }

    @Test
    void pixelsAsFloatsGiveTheSameNumbers() throws IOException {
        Architecture bytes = plain();
        Architecture floats = bytes.withInput(new ImageInput(
                PatternBlocks.SIZE, PatternBlocks.SIZE, 1, ImageInput.Pixels.FLOAT, List.of(1 / 255f), List.of(0f)));
        NetworkModel expected = model(train(LoopSettings.of(bytes), List.of(shard(rows(0, ROWS), new int[0]))));
        Shard shard = shard(List.of(PatternBlocks.floats(rows(0, ROWS), false)), new int[0]);
        assertThat(model(train(LoopSettings.of(floats), List.of(shard))).parameters())
                .isEqualTo(expected.parameters());
    }

    /** Batches of all rows: with smaller ones, other numbers of ranks have other batches. */
    @Test
    void anyNumberOfRanksTakesTheSameSteps() {
        LoopSettings settings = LoopSettings.of(plain()).batch(ROWS).epochs(8);
        RankThreads.Outcome expected = train(settings, parts(1));
        Shard none = shard(List.of(), new int[0]);
        Shard all = parts(1).get(0);
        for (List<Shard> shards : List.of(parts(2), parts(3), List.of(none, all), List.of(all, none))) {
            RankThreads.Outcome outcome = train(settings, shards);
            for (int epoch = 0; epoch < 8; epoch++) {
                for (Map.Entry<String, Double> metric :
                        expected.metrics().get(epoch).entrySet()) {
                    assertThat(outcome.metrics().get(epoch).get(metric.getKey()))
                            .as("%s of epoch %d on %d ranks", metric.getKey(), epoch, shards.size())
                            .isCloseTo(metric.getValue(), within(metric.getKey().endsWith("loss") ? 1e-4 : 0.02));
                }
            }
        }
    }

    @Test
    void moreRanksThanRowsOfABatchTrain() {
        List<Shard> single = IntStream.range(0, 5)
                .mapToObj(row -> shard(rows(row, row + 1), new int[0]))
                .toList();
        RankThreads.Outcome outcome = train(LoopSettings.of(plain()).batch(1).epochs(20), single);
        assertThat(metric(outcome, "train-loss")[19]).isLessThan(metric(outcome, "train-loss")[0]);
    }

    @ParameterizedTest
    @CsvSource({"1, true, adam", "2, true, adam", "2, false, sgd"})
    void aRunGoesOnFromAnyEpochToTheSameBytes(int ranks, boolean keepsBest, String rule) {
        LoopSettings settings =
                LoopSettings.of(full()).epochs(4).stopping(0, keepsBest).schedule("plateau:0.5:1");
        if (rule.equals("sgd")) {
            settings = settings.rule(new UpdateRule.Sgd(0.9f, false, 1e-4f));
        }
        RankThreads.Outcome whole = train(settings, parts(ranks));
        assertThat(whole.states()).hasSize(4);
        for (RoundState state : whole.states()) {
            RankThreads.Outcome resumed = RankThreads.train(
                    settings.algorithm(),
                    parts(ranks),
                    rank -> Backends.open("cpu", BackendOptions.threads(1)).backend(),
                    List.of(state));
            assertThat(resumed.model()).as("from epoch %d", state.round()).isEqualTo(whole.model());
            assertThat(resumed.metrics()).isEqualTo(whole.metrics().subList(state.round() + 1, 4));
        }
    }

    @Test
    void aStateOfOtherSettingsIsRefused() {
        List<RoundState> states =
                train(LoopSettings.of(plain()).epochs(1), parts(1)).states();
        assertThatThrownBy(() -> RankThreads.train(
                        LoopSettings.of(plain()).batch(7).algorithm(),
                        parts(1),
                        rank -> Backends.open("cpu", BackendOptions.threads(1)).backend(),
                        states))
                .hasMessageContaining("epoch 1")
                .hasMessageContaining("other settings: batchSize is '32' there and '7' here");
    }

    @Test
    void aStateOfOtherRowsIsRefused() {
        LoopSettings settings = LoopSettings.of(plain()).epochs(2);
        List<RoundState> states = train(settings, parts(1)).states().subList(0, 1);
        Shard others = shard(rows(1, ROWS + 1), rows(ROWS + 1, ROWS + VALIDATION));
        for (List<Shard> shards : List.of(List.of(others), parts(2))) {
            assertThatThrownBy(() -> RankThreads.train(
                            settings.algorithm(),
                            shards,
                            rank -> Backends.open("cpu", BackendOptions.threads(1))
                                    .backend(),
                            states))
                    .isInstanceOf(InvalidTrainingDataException.class)
                    .hasMessageContaining("epoch 1")
                    .hasMessageContaining("180 training and 60 validation rows on 1 worker")
                    .hasMessageContaining(shards.size() == 1 ? "180 training and 59" : "on 2 workers")
                    .hasMessageContaining("another directory");
        }
    }

    @Test
    void theModelOfAStateIsThatOfARunOfSoManyEpochs() {
        LoopSettings settings = LoopSettings.of(full());
        List<RoundState> states = train(settings, parts(2)).states();
        NetworkAlgorithm algorithm = settings.algorithm();
        for (RoundState state : states) {
            assertThat(algorithm.model(state))
                    .isEqualTo(
                            train(settings.epochs(state.round() + 1), parts(2)).model());
            assertThat(algorithm.reports(state)).hasSize(state.round() + 1);
        }
        assertThatThrownBy(() -> settings.epochs(2).algorithm().reports(states.get(2)))
                .hasMessageContaining("epoch 3")
                .hasMessageContaining("maxEpochs is 2");
    }

    @Test
    void theBestEpochIsKept() {
        // So large a rate that the loss goes up and down.
        LoopSettings settings = LoopSettings.of(plain()).rate(0.08f).epochs(10);
        RankThreads.Outcome kept = train(settings.stopping(0, true), parts(1));
        double[] losses = metric(kept, "validation-loss");
        int best = 0;
        for (int epoch = 1; epoch < losses.length; epoch++) {
            best = losses[epoch] < losses[best] ? epoch : best;
        }
        assertThat(best)
                .as("an epoch before the last is the best: %s", Arrays.toString(losses))
                .isLessThan(9);
        assertThat(kept.model())
                .isEqualTo(train(settings.epochs(best + 1), parts(1)).model());
        RankThreads.Outcome stopped = train(settings.stopping(1, false), parts(1));
        int rises = 1;
        while (losses[rises] < losses[rises - 1]) {
            rises++;
        }
        assertThat(stopped.metrics()).hasSize(rises + 1);
        assertThat(stopped.model())
                .isEqualTo(train(settings.epochs(rises), parts(1)).model());
    }

    @Test
    void frozenLayersKeepTheirBytesAndAnotherHeadIsLearnt() throws IOException {
        RankThreads.Outcome first = train(LoopSettings.of(full()).epochs(3), parts(1));
        NetworkModel before = model(first);
        Architecture other = full().withOutputs(5);
        LoopSettings settings = LoopSettings.of(other).from(first.model(), "batch-norm-1");
        NetworkModel after = model(train(settings, parts(2)));
        for (String name : List.of("conv2d-1.weights", "conv2d-1.bias", "batch-norm-1.scale", "batch-norm-1.shift")) {
            assertThat(parameter(after, name)).as(name).isEqualTo(parameter(before, name));
        }
        assertThat(after.state()).isEqualTo(before.state());
        assertThat(parameter(after, "dense-1.weights")).isNotEqualTo(parameter(before, "dense-1.weights"));
        assertThat(parameter(after, "output.weights")).hasSize(5 * 8);
        Architecture strange = Architecture.builder(ImageInput.bytes(8, 8, 1))
                .flatten()
                .dense(5, "relu")
                .build()
                .withOutputs(4);
        assertThatThrownBy(() -> train(LoopSettings.of(strange).from(first.model(), ""), parts(1)))
                .hasMessageContaining("initialModel")
                .hasMessageContaining("conv2d-1.weights")
                .hasMessageContaining("dense-1.weights");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void trainingThatDivergesSaysWhere(int ranks) {
        LoopSettings settings =
                LoopSettings.of(plain()).rule(new UpdateRule.Sgd(0, false, 0)).rate(1e20f);
        assertThatThrownBy(() -> train(settings, parts(ranks)))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("epoch 1 of 4, batch ")
                .hasMessageContaining(" of 6")
                .hasMessageContaining("in layer '")
                .hasMessageContaining("learningRate");
    }

    @Test
    void theScheduleDecidesTheRate() {
        // After the first epoch updates are too small to change a float.
        LoopSettings settings = LoopSettings.of(plain()).schedule("step:1:1e-30");
        assertThat(train(settings.epochs(3), parts(1)).model())
                .isEqualTo(train(settings.epochs(1), parts(1)).model());
        assertThat(train(LoopSettings.of(plain()).epochs(3), parts(1)).model())
                .isNotEqualTo(train(settings.epochs(3), parts(1)).model());
    }

    @Test
    void dataThatNobodyCanLearnFromIsRefused() {
        List<Shard> training = List.of(shard(rows(0, 30), new int[0]));
        assertThatThrownBy(() -> train(LoopSettings.of(plain()).stopping(1, false), training))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("no validation row");
        assertThatThrownBy(() -> train(LoopSettings.of(plain().withOutputs(2)), training))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("labels go up to 2")
                .hasMessageContaining("2 outputs");
        assertThatThrownBy(() -> train(LoopSettings.of(plain()), List.of(shard(List.of(), new int[0]))))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("no row");
        Architecture larger =
                Architecture.builder(ImageInput.bytes(9, 9, 1)).flatten().build();
        assertThatThrownBy(() -> train(LoopSettings.of(larger), training))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("64")
                .hasMessageContaining("81");
    }
}
