package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.testing.RealData;
import org.sparkmlext.tree.TableMaker.RowValues;

/** Models trained by the CUDA back end are those of the CPU back end, byte for byte. */
@Timeout(600)
abstract class CudaTrainingContract {

    private final List<RowValues> invented = TableMaker.rows(numRows(), 21);

    /** The device that trains. */
    abstract String device();

    /** Rows of the invented table. */
    abstract int numRows();

    /** Trees of a model: so few where they take long. */
    abstract int trees(int few);

    static byte[] train(BoostingSettings settings, List<Shard> shards, String... devices) {
        return TrainingThreads.train(
                        settings,
                        shards,
                        rank -> Backends.open(devices[rank % devices.length], BackendOptions.threads(1))
                                .backend(),
                        List.of())
                .model();
    }

    static TestSettings settings() {
        return TestSettings.defaults().withSubsampling(0.8).withColumnSampling(1, 1, 0.8);
    }

    private void check(BoostingSettings settings, List<RowValues> rows) {
        // Training uses shards up: each has its own.
        assertThat(train(settings, TableMaker.shards(rows, 1, true, true), device()))
                .isEqualTo(train(settings, TableMaker.shards(rows, 1, true, true), "cpu"));
    }

    /** With row counts, penalties and missing values. */
    @Test
    void trainsTheSameModelAsTheCpu() {
        check(
                settings()
                        .withTrees(trees(4))
                        .withLeafMinimum(0.5, 3)
                        .withPenalties(0.5, 0.1, 0.01)
                        .build(),
                invented);
        check(
                settings()
                        .withTrees(trees(4))
                        .withShape(GrowPolicy.DEPTHWISE, 4, 16)
                        .build(),
                invented);
    }

    @Test
    void ranksOnDifferentBackEndsAgree() {
        List<RowValues> wide = TableMaker.withSparseFeatures(invented, 41);
        BoostingSettings settings = settings().withTrees(trees(2)).build();
        byte[] expected = train(settings, TableMaker.shards(wide, 1, true, true), "cpu");
        for (String[] devices : new String[][] {{device(), "cpu"}, {"cpu", device()}}) {
            List<Shard> sparse = TableMaker.sparse(TableMaker.shards(wide, 3, true, true), 0, 0);
            assertThat(train(settings, sparse, devices)).isEqualTo(expected);
        }
    }

    private void check(Objective.Kind kind, List<Double> parameters, ToDoubleFunction<RowValues> label) {
        check(Objective.of(kind, parameters), label);
    }

    private void check(Objective objective, ToDoubleFunction<RowValues> label) {
        check(settings().withTrees(trees(2)).withObjective(objective).build(), TableMaker.labelled(invented, label));
    }

    @Test
    void everyObjectiveTrainsTheSameModel() {
        ToDoubleFunction<RowValues> count = row -> Math.rint(Math.abs(TableMaker.number(row)));
        check(Objective.Kind.SOFTMAX, List.of(), TableMaker::fourClasses);
        check(Objective.Kind.SQUARED, List.of(), TableMaker::number);
        check(Objective.Kind.ABSOLUTE, List.of(), TableMaker::number);
        check(Objective.Kind.HUBER, List.of(1.5), TableMaker::number);
        check(Objective.Kind.QUANTILE, List.of(0.2, 0.7), TableMaker::number);
        check(Objective.Kind.POISSON, List.of(), count);
        check(Objective.Kind.GAMMA, List.of(), row -> 0.1 + Math.abs(TableMaker.number(row)));
        check(Objective.Kind.TWEEDIE, List.of(1.3), count);
        check(Objective.custom(new CustomObjective((s, y) -> s - y, (s, y) -> 1)), TableMaker::number);
    }

    /** All 7,000 rows with their weights, the defaults' 63 leaves. */
    @Test
    @RealData
    void higgs7kTrainsTheSameModel() throws IOException {
        List<String> weights = lines("higgs-7k/binary.train.weight.gz");
        List<RowValues> rows = new ArrayList<>();
        for (String line : lines("higgs-7k/binary.train.gz")) {
            String[] cells = line.split("\t", -1);
            float[] features = new float[cells.length - 1];
            for (int f = 0; f < features.length; f++) {
                features[f] = Float.parseFloat(cells[f + 1]);
            }
            rows.add(new RowValues(
                    features, Float.parseFloat(cells[0]), Float.parseFloat(weights.get(rows.size())), false));
        }
        assertThat(rows).hasSize(7000);
        checkRealData(rows);
    }

    /** All 32,561 rows, categories as the places of their names in the alphabet. */
    @Test
    @RealData
    void adultTrainsTheSameModel() throws IOException {
        List<String[]> table = lines("adult/adult-train.csv.gz").stream()
                .map(line -> line.split(", ", -1))
                .toList();
        int width = table.get(0).length - 1;
        IntPredicate isNumber = f -> f == 0 || f == 2 || f == 4 || f == 10 || f == 11 || f == 12;
        List<TreeMap<String, Integer>> names = new ArrayList<>();
        for (int f = 0; f < width; f++) {
            TreeMap<String, Integer> ofColumn = new TreeMap<>();
            for (String[] cells : table) {
                ofColumn.put(cells[f], 0);
            }
            int[] next = {0};
            ofColumn.replaceAll((name, place) -> next[0]++);
            names.add(ofColumn);
        }
        List<RowValues> rows = new ArrayList<>();
        for (String[] cells : table) {
            float[] features = new float[width];
            for (int f = 0; f < width; f++) {
                features[f] = cells[f].equals("?")
                        ? Float.NaN
                        : isNumber.test(f)
                                ? Float.parseFloat(cells[f])
                                : names.get(f).get(cells[f]);
            }
            rows.add(new RowValues(features, cells[width].startsWith(">50K") ? 1 : 0, 1, false));
        }
        assertThat(rows).hasSize(32_561);
        checkRealData(rows);
    }

    private void checkRealData(List<RowValues> rows) {
        BoostingSettings settings = TestSettings.defaults()
                .withTrees(trees(5))
                .withShape(GrowPolicy.LEAFWISE, -1, 63)
                .build();
        assertThat(train(settings, TableMaker.shards(rows, 1, true, false), device()))
                .isEqualTo(train(settings, TableMaker.shards(rows, 1, true, false), "cpu"));
    }

    private static List<String> lines(String name) throws IOException {
        Path file = RealData.Directory.file(name);
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isBlank()).toList();
        }
    }
}
