package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

class QualityComparisonTest {
    @TempDir
    Path folder;

    private static FoldTable table(int rows, int folds) {
        float[] values = new float[2 * rows];
        float[] labels = new float[rows];
        for (int row = 0; row < rows; row++) {
            values[2 * row] = row % 7;
            values[2 * row + 1] = row == 0 ? Float.NaN : row * 0.37f % 1;
            labels[row] = row % 7 > 3 ? 1 : 0;
        }
        return FoldTable.dealt(2, values, labels, folds);
    }

    @Test
    void everyRowIsInOneFoldAndFoldsDifferByOneRow() {
        FoldTable table = table(103, 5);
        assertThat(table.folds()).isEqualTo(table(103, 5).folds());
        int[] inside = IntStream.range(0, 5)
                .flatMap(fold -> {
                    int[] rows = table.rowsOf(fold, true);
                    assertThat(rows.length).isBetween(20, 21);
                    assertThat(rows.length + table.rowsOf(fold, false).length).isEqualTo(103);
                    return Arrays.stream(rows);
                })
                .sorted()
                .toArray();
        assertThat(inside).isEqualTo(IntStream.range(0, 103).toArray());
        // Shuffled: neighbours are not dealt out in turn.
        assertThat(table.folds())
                .isNotEqualTo(IntStream.range(0, 103).map(i -> i % 5).toArray());
    }

    @Test
    void tablesAndPredictionsSurviveTheirFiles() throws IOException {
        FoldTable table = table(11, 3);
        table.write(folder.resolve("t"));
        FoldTable back = FoldTable.read(folder.resolve("t"));
        assertThat(back.values()).isEqualTo(table.values());
        assertThat(back.labels()).isEqualTo(table.labels());
        assertThat(back.folds()).isEqualTo(table.folds());
        double[][] predictions = {{0.25, 0.75}, {1, 0}};
        FoldTable.writePredictions(folder.resolve("p"), predictions);
        assertThat(FoldTable.readPredictions(folder.resolve("p"))).isDeepEqualTo(predictions);
    }

    @Test
    void metricsAreByFold() {
        FoldTable table = new FoldTable(1, new float[4], new float[] {1, 0, 1, 1}, new int[] {0, 0, 1, 1});
        FoldScores losses = FoldScores.of(
                table, QualitySet.Target.BINARY, new double[][] {{0.5, 0.5}, {0.25, 0.75}, {0, 1}, {0.5, 0.5}});
        assertThat(losses.byFold()[0]).isCloseTo((Math.log(2) + Math.log(4)) / 2, within(1e-15));
        assertThat(losses.byFold()[1]).isCloseTo(Math.log(2) / 2, within(1e-15));
        FoldScores errors = FoldScores.of(table, QualitySet.Target.REAL, new double[][] {{1}, {2}, {0}, {2}});
        assertThat(errors.byFold()).containsExactly(Math.sqrt(2), 1);
        assertThat(new FoldScores(new double[] {1, 2, 3}).standardError()).isCloseTo(1 / Math.sqrt(3), within(1e-15));
    }

    @Test
    void theJudgementGoesByThePeersStandardError() {
        FoldScores peer = new FoldScores(new double[] {1, 2, 3});
        assertThat(QualityComparison.row(
                        QualitySet.HIGGS_7K, 9, new FoldScores(new double[] {1.7, 2.5, 3.8}), peer))
                .startsWith("| higgs-7k | log-loss | 9 | 2.666667 +- ")
                .endsWith("| 0.666667 | +1.15 | +7.56 | worse |\n");
        assertThat(QualityComparison.row(
                        QualitySet.HIGGS_7K, 9, new FoldScores(new double[] {0.9, 1.8, 2.7}), peer))
                .endsWith("better |\n");
        assertThat(QualityComparison.row(
                        QualitySet.HIGGS_7K, 9, new FoldScores(new double[] {1.1, 2.3, 3.2}), peer))
                .endsWith("level |\n");
    }

    @Test
    void ownPredictionsAreProbabilitiesOfEveryRow() {
        FoldTable table = table(210, 3);
        double[][] predictions = new OwnFolds(LocalSpark.session(), 8)
                .predictions(table, QualitySet.Target.BINARY, 3);
        assertThat(predictions).hasDimensions(210, 2);
        assertThat(FoldScores.of(table, QualitySet.Target.BINARY, predictions).mean())
                .isBetween(0.0, 0.45);
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> QualitySet.ABALONE.read(folder, 5)).hasMessageContaining("data set 'abalone'");
    }

    @Test
    @RealData
    void publicSetsHaveTheirRowsColumnsAndLabels() {
        int[][] shapes = {{4177, 8, 29}, {20640, 9, 500001}, {7000, 28, 1}, {7000, 28, 4}, {3823, 64, 9}};
        Path data = RealData.Directory.file("abalone/..");
        for (QualitySet set : QualitySet.values()) {
            FoldTable table = set.read(data, 5);
            int[] shape = shapes[set.ordinal()];
            assertThat(new int[] {table.rows(), table.columns()}).as(set.text()).containsExactly(shape[0], shape[1]);
            float largest = 0;
            int missing = 0;
            for (float label : table.labels()) {
                largest = Math.max(largest, label);
            }
            for (float value : table.values()) {
                missing += Float.isNaN(value) ? 1 : 0;
            }
            assertThat(largest).as(set.text()).isEqualTo(shape[2]);
            assertThat(missing).as(set.text()).isEqualTo(set == QualitySet.CALIFORNIA_HOUSING ? 207 : 0);
        }
    }
}
