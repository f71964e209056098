package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.net.layer.RecurrentLayer;

class StandardisationTest {

    private static final Standardisation TWO = new Standardisation(List.of(10f, -2f), List.of(4f, 0.5f));

    @Test
    void numbersAreMovedAndBroughtBack() {
        float[] values = {99, 14, -3, 99};
        TWO.scale().apply(values, 1, 2);
        assertThat(values).containsExactly(99, 1, -2, 99);
        TWO.scale().undo(values, 1, 2);
        assertThat(values).containsExactly(99, 14, -3, 99);
        // Two neighbours of each, as quantiles are.
        float[] quantiles = {0, 1, 0, 2};
        TWO.scale().undo(quantiles, 0, 4);
        assertThat(quantiles).containsExactly(10, 14, -2, -1);
        Standardisation.NONE.scale().apply(values, 0, 4);
        assertThat(values).containsExactly(99, 14, -3, 99);
    }

    @Test
    void jsonKeepsWhatRowsAndTargetsAreStandardisedBy() {
        Architecture network = Architecture.builder(SequenceInput.of(5, 2).standardised(TWO))
                .add("lstm", RecurrentLayer.lstm(3))
                .output(4)
                .build()
                .withTargets(TWO);
        Architecture read = Architecture.fromJson(network.toJson());
        assertThat(read).isEqualTo(network);
        assertThat(read.targets()).isEqualTo(TWO);
        assertThat(read.input().standardisation()).isEqualTo(TWO);
        assertThat(network.withTargets(Standardisation.NONE).toJson()).doesNotContain("targets");
        assertThat(read.withInput(SequenceInput.of(7, 2)).targets()).isEqualTo(TWO);
    }

    @Test
    void numbersThatFitNothingAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Standardisation(List.of(1f), List.of(0f)))
                .withMessageContaining("above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SequenceInput.of(5, 3).standardised(TWO))
                .withMessageContaining("2 features")
                .withMessageContaining("3");
        Architecture network = Architecture.builder(SequenceInput.of(5, 2))
                .add("lstm", RecurrentLayer.lstm(3))
                .output(3)
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.withTargets(TWO))
                .withMessageContaining("3 numbers")
                .withMessageContaining("2 targets");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void statisticsAreThoseOfAllRanksAndTheSameBitsOnEach(int ranks) throws Exception {
        List<float[]> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int row = 0; row < 100; row++) {
            rows.add(new float[] {(float) random.nextDouble(1e6, 1e6 + 1), (float) random.nextDouble(), 7});
        }
        List<? extends Collective> collectives = InProcessCollective.group(ranks);
        ExecutorService executor = Executors.newFixedThreadPool(ranks);
        try {
            List<Future<Standardisation>> found = new ArrayList<>();
            for (int rank = 0; rank < ranks; rank++) {
                // The last of three ranks has no row.
                List<float[]> own = ranks == 3 && rank == 2
                        ? List.of()
                        : rows.subList(rank * 100 / Math.min(2, ranks), (rank + 1) * 100 / Math.min(2, ranks));
                Collective collective = collectives.get(rank);
                found.add(executor.submit(
                        () -> TrainingStatistics.of(3, visitor -> own.forEach(visitor::visit), collective)));
            }
            Standardisation first = found.get(0).get();
            for (Future<Standardisation> other : found) {
                assertThat(other.get()).isEqualTo(first);
            }
            for (int feature = 0; feature < 2; feature++) {
                int f = feature;
                double mean = rows.stream().mapToDouble(row -> row[f]).average().orElseThrow();
                double variance = rows.stream()
                        .mapToDouble(row -> (row[f] - mean) * (row[f] - mean))
                        .average()
                        .orElseThrow();
                assertThat(first.mean().get(f)).isEqualTo((float) mean);
                assertThat((double) first.deviation().get(f)).isEqualTo(Math.sqrt(variance), within(1e-6));
            }
            // What never changes is not divided by nothing.
            assertThat(first.mean().get(2)).isEqualTo(7f);
            assertThat(first.deviation().get(2)).isEqualTo(1f);
        } finally {
            executor.shutdownNow();
        }
    }
}
