package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** The job files and the command line on public data, with the quality that is published. */
class RealTablesTest {

    @TempDir
    Path folder;

    @Test
    @RealData
    void adultOfficialSplit() {
        LocalSpark.session();
        Path model = folder.resolve("adult");
        CommandRun train =
                CommandRun.of("train", "--job=../conf/train-adult.json", "--output=" + model, "--progress=none");
        assertThat(train.code()).as(train.err()).isZero();
        CommandRun run = CommandRun.of("evaluate", "--job=../conf/evaluate.json", "--model=" + model);
        assertThat(run.number("AUC")).as(run.out()).isGreaterThanOrEqualTo(0.925);
        assertThat(run.number("log-loss")).isLessThanOrEqualTo(0.282);
        assertThat(run.out()).contains("(16281 rows, 3846 positive)");
    }

    @Test
    @RealData
    void agaricusFromSparseVectors() {
        LocalSpark.session();
        Path model = folder.resolve("agaricus");
        CommandRun train = CommandRun.of(
                "train",
                "--input=" + RealData.Directory.file("agaricus/agaricus.txt.train.gz"),
                "--format=libsvm",
                "--set=numTrees=20",
                "--progress=none",
                "--output=" + model);
        assertThat(train.code()).as(train.err()).isZero();
        CommandRun run = CommandRun.of(
                "evaluate", "--model=" + model, "--input=" + RealData.Directory.file("agaricus/agaricus.txt.test.gz"));
        assertThat(run.number("accuracy")).as(run.out() + run.err()).isEqualTo(1);
    }
}
