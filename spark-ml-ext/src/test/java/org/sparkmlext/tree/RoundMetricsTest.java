package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.RoundState;

/** Each round reports its own metrics, although those of training rows come out of the pass of the round after. */
class RoundMetricsTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(900, 31);
    private static final int ROUNDS = 5;

    private static TestSettings settings(int rounds) {
        return TestSettings.defaults().withTrees(rounds);
    }

    private static Backend cpu() {
        return Backends.open("cpu", BackendOptions.threads(1)).backend();
    }

    @Test
    void aRoundReportsTheMetricsOfTheForestSoFar() throws IOException {
        List<Map<String, Double>> metrics = TrainingThreads.train(
                        settings(ROUNDS).build(), TableMaker.shards(ROWS, 2, true, true), 1)
                .metrics();
        assertThat(metrics).hasSize(ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            Forest forest = ForestCodec.read(new ByteArrayInputStream(
                    TrainingThreads.train(settings(round + 1).build(), TableMaker.shards(ROWS, 2, true, true), 1)
                            .model()));
            for (boolean isValidation : new boolean[] {false, true}) {
                String set = isValidation ? "validation" : "train";
                assertThat(metrics.get(round).get(set + "-logloss"))
                        .isCloseTo(mean(forest, isValidation, true), within(1e-6));
                assertThat(metrics.get(round).get(set + "-error"))
                        .isCloseTo(mean(forest, isValidation, false), within(1e-9));
            }
        }
        assertThat(metrics.get(ROUNDS - 1).get("train-logloss"))
                .isLessThan(metrics.get(0).get("train-logloss") - 0.01);
    }

    private static double mean(Forest forest, boolean isValidation, boolean isLogLoss) {
        double sum = 0;
        double weights = 0;
        for (TableMaker.RowValues row : ROWS) {
            if (row.isValidation() == isValidation) {
                double score = forest.rawScore(row.features());
                double loss = Math.log1p(Math.exp(row.label() > 0.5 ? -score : score));
                double error = (score > 0) == (row.label() > 0.5) ? 0 : 1;
                sum += row.weight() * (isLogLoss ? loss : error);
                weights += row.weight();
            }
        }
        return sum / weights;
    }

    @Test
    void trainingRowsArePassedOverOnceARound() {
        Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
        TrainingThreads.train(
                settings(ROUNDS).build(),
                TableMaker.shards(ROWS, 1, false, true),
                rank -> counting(cpu(), Backend.class, calls),
                List.of());
        assertThat(calls.get("gradients")).hasValue(ROUNDS);
        // Validation rows after every round, training rows after the last.
        assertThat(calls.get("metricSums")).hasValue(ROUNDS + 1);
    }

    @Test
    void statesAreReportedInOrderAndTheLastOfAllRounds() {
        List<RoundState> states = TrainingThreads.train(
                        settings(ROUNDS).build(), TableMaker.shards(ROWS, 3, false, false), 1)
                .states();
        assertThat(states).extracting(RoundState::round).containsExactly(0, 1, 2, 3, 4);
    }

    /** Stopping early happens at the round that the metrics say, with the report of that round given. */
    @Test
    void everyRoundUpToTheStopIsReported() throws IOException {
        RankThreads.Outcome outcome = TrainingThreads.train(
                settings(200).withEarlyStopping(3, "logloss").build(), TableMaker.shards(ROWS, 2, false, true), 1);
        List<Double> losses = outcome.metrics().stream()
                .map(metrics -> metrics.get("validation-logloss"))
                .toList();
        int best = 0;
        for (int round = 1; round < losses.size(); round++) {
            best = losses.get(round) < losses.get(best) ? round : best;
        }
        assertThat(losses.size()).isLessThan(200).isEqualTo(best + 1 + 3);
        Forest forest = ForestCodec.read(new ByteArrayInputStream(outcome.model()));
        assertThat(forest.numTrees()).isEqualTo(best + 1);
    }

    /** Counts the calls of every method by name, of kernels too. */
    private static <T> T counting(T real, Class<T> type, Map<String, AtomicInteger> calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    calls.computeIfAbsent(method.getName(), name -> new AtomicInteger())
                            .incrementAndGet();
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof TreeKernels kernels
                                ? counting(kernels, TreeKernels.class, calls)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
