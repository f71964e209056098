package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.collective.RankThreads;

class RankingMetricsTest {

    private record ScoredRow(float score, float label, float weight) {}

    /** The curve's definition, pair by pair. */
    private static double naiveRocAuc(List<ScoredRow> rows) {
        double ordered = 0;
        double pairs = 0;
        for (ScoredRow positive : rows) {
            for (ScoredRow negative : rows) {
                if (positive.label == 1 && negative.label != 1) {
                    double weight = (double) positive.weight * negative.weight;
                    pairs += weight;
                    ordered +=
                            weight * (positive.score > negative.score ? 1 : positive.score == negative.score ? 0.5 : 0);
                }
            }
        }
        return ordered / pairs;
    }

    private static double naiveAveragePrecision(List<ScoredRow> rows) {
        double all = rows.stream()
                .filter(r -> r.label == 1)
                .mapToDouble(r -> r.weight)
                .sum();
        double area = 0;
        for (ScoredRow row : rows) {
            if (row.label == 1 && row.weight > 0) {
                double positive = 0;
                double both = 0;
                for (ScoredRow other : rows) {
                    if (other.score >= row.score) {
                        both += other.weight;
                        positive += other.label == 1 ? other.weight : 0;
                    }
                }
                area += row.weight / all * positive / both;
            }
        }
        return area;
    }

    private static List<ScoredRow> rows(int count, int distinctScores, boolean weighted, long seed) {
        Random random = new Random(seed);
        List<ScoredRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float score = (random.nextInt(distinctScores) - distinctScores / 2) * 0.37f;
            float label = random.nextDouble() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
            float weight = !weighted ? 1 : random.nextInt(5) == 0 ? 0 : (float) Math.exp(3 * random.nextGaussian());
            rows.add(new ScoredRow(score, label, weight));
        }
        return rows;
    }

    private static float[] column(List<ScoredRow> rows, ToDoubleFunction<ScoredRow> field) {
        float[] column = new float[rows.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = (float) field.applyAsDouble(rows.get(i));
        }
        return column;
    }

    private static RankingQuality measure(
            Collective collective, int entriesPerExchange, List<ScoredRow> rows, boolean weighted) {
        float @Nullable [] weights = weighted ? column(rows, ScoredRow::weight) : null;
        return new RankingMetrics(collective, entriesPerExchange)
                .measure(column(rows, ScoredRow::score), column(rows, ScoredRow::label), weights, 1);
    }

    /** Rows dealt out unevenly: later ranks get fewer, the last one of five none. */
    private static List<List<ScoredRow>> dealt(List<ScoredRow> rows, int ranks) {
        List<List<ScoredRow>> parts = new ArrayList<>();
        int from = 0;
        for (int rank = 0; rank < ranks; rank++) {
            int left = rows.size() - from;
            int take = ranks == 5 && rank == 4 ? 0 : rank >= Math.min(ranks, 4) - 1 ? left : left / 2;
            parts.add(rows.subList(from, from + take));
            from += take;
        }
        assertThat(from).isEqualTo(rows.size());
        return parts;
    }

    private static RankingQuality onRanks(List<ScoredRow> rows, int ranks, int entriesPerExchange, boolean weighted) {
        List<List<ScoredRow>> parts = dealt(rows, ranks);
        List<RankingQuality> results = RankThreads.run(
                InProcessCollective.group(ranks),
                collective -> measure(collective, entriesPerExchange, parts.get(collective.rank()), weighted));
        assertThat(results).allMatch(results.get(0)::equals);
        return results.get(0);
    }

    @ParameterizedTest
    @CsvSource({"400, 1000000, false", "400, 1000000, true", "500, 7, false", "500, 7, true", "60, 1, true"})
    void agreesWithTheDefinitionAndHasTheSameBitsOnAnyRanks(int count, int distinctScores, boolean weighted) {
        List<ScoredRow> rows = rows(count, distinctScores, weighted, count + distinctScores);
        RankingQuality alone = measure(Collective.solo(), 1 << 20, rows, weighted);
        assertThat(alone.rocAuc()).isCloseTo(naiveRocAuc(rows), within(1e-9));
        assertThat(alone.averagePrecision()).isCloseTo(naiveAveragePrecision(rows), within(1e-9));
        for (int ranks = 1; ranks <= 5; ranks++) {
            // From many tiny exchanges to a single one.
            for (int entriesPerExchange : new int[] {1, 40, 200, 1 << 20}) {
                Collections.shuffle(rows, new Random(ranks * 31L + entriesPerExchange));
                assertThat(onRanks(rows, ranks, entriesPerExchange, weighted))
                        .as("%d ranks, %d entries an exchange", ranks, entriesPerExchange)
                        .isEqualTo(alone);
            }
        }
    }

    @Test
    void wholeWeightsAreRepeatedRows() {
        List<ScoredRow> weighted = new ArrayList<>();
        List<ScoredRow> repeated = new ArrayList<>();
        Random random = new Random(4);
        for (ScoredRow row : rows(300, 50, false, 9)) {
            int times = random.nextInt(4);
            weighted.add(new ScoredRow(row.score, row.label, times));
            repeated.addAll(Collections.nCopies(times, row));
        }
        RankingQuality byWeight = onRanks(weighted, 3, 64, true);
        RankingQuality byRow = onRanks(repeated, 2, 64, false);
        assertThat(byWeight.rocAuc()).isEqualTo(byRow.rocAuc());
        assertThat(byWeight.averagePrecision()).isCloseTo(byRow.averagePrecision(), within(1e-14));
    }

    @Test
    void equalScoresAreWorthAHalfAndTheShareOfPositives() {
        List<ScoredRow> rows = List.of(
                new ScoredRow(0f, 1, 1), new ScoredRow(-0f, 0, 1), new ScoredRow(0f, 0, 1), new ScoredRow(-0f, 1, 1));
        assertThat(onRanks(rows, 2, 100, true)).isEqualTo(new RankingQuality(0.5, 0.5));
    }

    @Test
    void infiniteScoresAreTheEndsOfTheOrder() {
        List<ScoredRow> rows = List.of(
                new ScoredRow(Float.POSITIVE_INFINITY, 1, 1),
                new ScoredRow(Float.MAX_VALUE, 0, 1),
                new ScoredRow(Float.NEGATIVE_INFINITY, 0, 1),
                new ScoredRow(-Float.MAX_VALUE, 1, 1));
        RankingQuality quality = onRanks(rows, 2, 100, false);
        assertThat(quality.rocAuc()).isEqualTo(0.75);
        assertThat(quality.averagePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-15));
    }

    @Test
    void aClassWithoutWeightLeavesTheFiguresUndefined() {
        List<ScoredRow> positives = List.of(new ScoredRow(1, 1, 2), new ScoredRow(2, 1, 3), new ScoredRow(3, 0, 0));
        RankingQuality withoutNegatives = onRanks(positives, 2, 100, true);
        assertThat(withoutNegatives.rocAuc()).isNaN();
        assertThat(withoutNegatives.averagePrecision()).isEqualTo(1);
        RankingQuality withoutPositives = onRanks(List.of(new ScoredRow(1, 0, 1)), 2, 100, true);
        assertThat(withoutPositives.rocAuc()).isNaN();
        assertThat(withoutPositives.averagePrecision()).isNaN();
        assertThat(onRanks(List.of(), 3, 100, true).rocAuc()).isNaN();
    }

    @Test
    void wrongScoresAndWeightsFailOnEveryRankWithTheGlobalCount() {
        for (ScoredRow bad : List.of(
                new ScoredRow(Float.NaN, 1, 1),
                new ScoredRow(1, 1, Float.NaN),
                new ScoredRow(1, 1, -1),
                new ScoredRow(1, 1, Float.POSITIVE_INFINITY))) {
            List<ScoredRow> rows = new ArrayList<>(rows(10, 5, true, 1));
            rows.add(bad);
            List<List<ScoredRow>> parts = dealt(rows, 3);
            assertThat(RankThreads.failures(
                            InProcessCollective.group(3),
                            collective -> measure(collective, 100, parts.get(collective.rank()), true)))
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("of 11 rows on all ranks"));
        }
    }

    @Test
    void arraysOfOtherLengthsAreRefused() {
        assertThatThrownBy(() ->
                        new RankingMetrics(Collective.solo()).measure(new float[2], new float[3], new float[2], 1))
                .hasMessageContaining("2 scores, 3 labels and 2 weights");
    }

    @Test
    void oneVsRestIsTheMeanOfTheClasses() {
        float[] labels = {0, 1, 2, 1};
        List<float[]> scores = List.of(
                new float[] {.8f, .1f, .2f, .3f}, new float[] {.1f, .7f, .5f, .2f}, new float[] {.1f, .2f, .3f, .5f});
        RankingQuality quality = new RankingMetrics(Collective.solo()).measureOneVsRest(scores, labels, null);
        assertThat(quality.rocAuc()).isCloseTo((1 + 0.75 + 2.0 / 3) / 3, within(1e-15));
        assertThat(quality.averagePrecision()).isCloseTo((1 + (1 + 2.0 / 3) / 2 + 0.5) / 3, within(1e-15));
        assertThat(new RankingMetrics(Collective.solo())
                        .measureOneVsRest(scores, new float[] {0, 1, 0, 1}, null)
                        .rocAuc())
                .isNaN();
    }

    /** What an exchange holds is bounded, however the scores are spread over the ranks. */
    @Test
    void anExchangeHoldsAFewTimesTheEntriesAskedFor() {
        int entries = 96;
        List<ScoredRow> rows = rows(3000, 1 << 20, false, 2);
        List<ScoredRow> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(ScoredRow::score));
        List<ScoredRow> repeated = new ArrayList<>();
        for (int copy = 0; copy < 4; copy++) {
            repeated.addAll(rows.subList(0, 700));
        }
        for (List<ScoredRow> table : List.of(rows, sorted, repeated)) {
            List<Integer> largest = RankThreads.run(InProcessCollective.group(4), collective -> {
                AtomicInteger longest = new AtomicInteger();
                int from = table.size() / 4 * collective.rank();
                measure(recording(collective, longest), entries, table.subList(from, from + table.size() / 4), false);
                return longest.get();
            });
            assertThat(largest).allSatisfy(length -> assertThat(length).isBetween(entries / 4, 2 * entries));
        }
    }

    /** Notes the longest gather of entries; the first gather is that of samples. */
    private static Collective recording(Collective collective, AtomicInteger longest) {
        AtomicInteger gathers = new AtomicInteger();
        return (Collective) Proxy.newProxyInstance(
                Collective.class.getClassLoader(), new Class<?>[] {Collective.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("allGather") && gathers.getAndIncrement() > 0) {
                        longest.accumulateAndGet(((long[]) arguments[0]).length, Math::max);
                    }
                    return method.invoke(collective, arguments);
                });
    }

    /** Sums beyond 64 bits: a hundred million units of weight a row. */
    @Test
    void largeAndSmallWeightsTogetherStayExact() {
        List<ScoredRow> rows = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            rows.add(new ScoredRow(i, i % 3 == 0 ? 1 : 0, i % 2 == 0 ? 1e30f : 1.5e24f));
        }
        RankingQuality alone = measure(Collective.solo(), 100, rows, true);
        assertThat(alone.rocAuc()).isCloseTo(naiveRocAuc(rows), within(1e-9));
        assertThat(onRanks(rows, 4, 10, true)).isEqualTo(alone);
    }
}
