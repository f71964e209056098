package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class GeneratedRowsTest {
    private static final int ROWS = 2000;

    private static String checksum(GeneratedRows... parts) {
        CRC32C checksum = new CRC32C();
        for (GeneratedRows part : parts) {
            for (long id = 0; id < ROWS; id++) {
                checksum.update(part.row(id).toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        return Long.toHexString(checksum.getValue());
    }

    /** Published figures hold for these very rows. */
    @Test
    void theSetsAreThoseOfThePublishedFigures() {
        assertThat(checksum(new SparseRows(SparseRows.TRAIN_SEED), new SparseRows(SparseRows.TEST_SEED)))
                .isEqualTo("7bfdb2d6");
        assertThat(checksum(new MixedRows(MixedRows.TRAIN_SEED), new MixedRows(MixedRows.TEST_SEED)))
                .isEqualTo("f885a42b");
    }

    @Test
    void aHundredthOfASparseRowIsStored() {
        SparseRows rows = new SparseRows(SparseRows.TRAIN_SEED);
        long stored = 0;
        double positive = 0;
        for (long id = 0; id < ROWS; id++) {
            Row row = rows.row(id);
            SparseVector vector = row.getAs(0);
            assertThat(vector.size()).isEqualTo(2000);
            assertThat(vector.indices())
                    .hasSizeBetween(10, 30)
                    .doesNotHaveDuplicates()
                    .isSorted();
            for (double value : vector.values()) {
                assertThat(value).isGreaterThanOrEqualTo(0.05f).isEqualTo((float) value);
            }
            stored += vector.indices().length;
            positive += row.getFloat(1);
        }
        assertThat(stored / (ROWS * 2000.0)).isCloseTo(0.01, within(0.0002));
        assertThat(positive / ROWS).isBetween(0.3, 0.7);
    }

    @Test
    void aTenthOfTheMixedNumbersIsMissingAndCodesStayBelowTheirCount() {
        MixedRows rows = new MixedRows(MixedRows.TRAIN_SEED);
        assertThat(rows.schema().fieldNames()).hasSize(31).endsWith("c9", "label");
        int missing = 0;
        double positive = 0;
        Set<Integer> mostCategories = new HashSet<>();
        for (long id = 0; id < ROWS; id++) {
            Row row = rows.row(id);
            for (int f = 0; f < MixedRows.NUMBERS; f++) {
                missing += Float.isNaN(row.getFloat(f)) ? 1 : 0;
            }
            for (int c = 0; c < MixedRows.CATEGORIES.length; c++) {
                assertThat(row.getInt(MixedRows.NUMBERS + c)).isBetween(0, MixedRows.CATEGORIES[c] - 1);
            }
            mostCategories.add(row.getInt(29));
            positive += row.getFloat(30);
        }
        assertThat(missing / (ROWS * 20.0)).isCloseTo(0.1, within(0.01));
        assertThat(mostCategories.size()).isGreaterThan(1000);
        assertThat(positive / ROWS).isBetween(0.3, 0.7);
    }

    @Test
    void partitioningChangesNoRow() {
        for (BenchSet set : BenchSet.values()) {
            Dataset<Row> rows = set.train(LocalSpark.session(), 300);
            assertThat(rows.rdd().getNumPartitions()).isEqualTo(4);
            GeneratedRows generator = generatorOf(set);
            assertThat(generator
                            .rows(LocalSpark.session(), 300, 7)
                            .collectAsList()
                            .toString())
                    .as(set.text())
                    .isEqualTo(rows.collectAsList().toString());
            assertThat(rows.columns()).endsWith("label");
            assertThat(BenchSet.named(set.text())).contains(set);
            assertThat(set.test(LocalSpark.session(), 300).collectAsList().toString())
                    .isNotEqualTo(rows.collectAsList().toString());
        }
    }

    private static GeneratedRows generatorOf(BenchSet set) {
        return switch (set) {
            case HIGGS -> new HiggsRows(HiggsRows.TRAIN_SEED);
            case MIXED -> new MixedRows(MixedRows.TRAIN_SEED);
            case SPARSE -> new SparseRows(SparseRows.TRAIN_SEED);
        };
    }

    @Test
    void sequencesComeOutOfSparkStepByStep() {
        List<Row> rows = new SequenceRows(5, 2).rows(LocalSpark.session(), 6, 2).collectAsList();
        assertThat(rows).hasSize(6).doesNotHaveDuplicates();
        for (Row row : rows) {
            List<scala.collection.Seq<Float>> steps = row.getList(0);
            assertThat(steps)
                    .hasSize(5)
                    .allSatisfy(step -> assertThat(step.size()).isEqualTo(2));
            assertThat(row.getFloat(1)).isFinite();
        }
    }
}
