package org.sparkmlext.jobs.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The generated sets and their usual sizes. */
public enum BenchSet {
    HIGGS(new HiggsRows(HiggsRows.TRAIN_SEED), 1_000_000, new HiggsRows(HiggsRows.TEST_SEED), 200_000),
    MIXED(new MixedRows(MixedRows.TRAIN_SEED), 500_000, new MixedRows(MixedRows.TEST_SEED), 100_000),
    SPARSE(new SparseRows(SparseRows.TRAIN_SEED), 200_000, new SparseRows(SparseRows.TEST_SEED), 40_000);

    private static final int TRAIN_FILES = 4;
    private static final int TEST_FILES = 2;

    private final GeneratedRows train;
    private final long trainRows;
    private final GeneratedRows test;
    private final long testRows;

    BenchSet(GeneratedRows train, long trainRows, GeneratedRows test, long testRows) {
        this.train = train;
        this.trainRows = trainRows;
        this.test = test;
        this.testRows = testRows;
    }

    /** The set called so. */
    public static Optional<BenchSet> named(String name) {
        return Arrays.stream(values()).filter(set -> set.text().equals(name)).findFirst();
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(BenchSet::text).toList();
    }

    /** The name on the command line and of the folder. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public long trainRows() {
        return trainRows;
    }

    public long testRows() {
        return testRows;
    }

    /** Rows 0 to {@code count} (exclusive) of the training part, in the number of files every run finds. */
    public Dataset<Row> train(SparkSession session, long count) {
        return train.rows(session, count, TRAIN_FILES);
    }

    public Dataset<Row> test(SparkSession session, long count) {
        return test.rows(session, count, TEST_FILES);
    }

    /** Whether both parts lie below the folder. */
    public static boolean isGenerated(Path folder) {
        return Files.isDirectory(folder.resolve("train")) && Files.isDirectory(folder.resolve("test"));
    }
}
