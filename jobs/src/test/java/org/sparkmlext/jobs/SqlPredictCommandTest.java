package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlPredictCommandTest {

    @TempDir
    Path directory;

    @Test
    void bothWaysAreTimedOnBothSets() {
        CommandRun run = CommandRun.of(
                "bench",
                "sql-predict",
                "--rows=300",
                "--trees=2",
                "--images=20",
                "--repeat=1",
                "--directory=" + directory);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("300 rows of 28 numbers, 2 trees: transform ", "20 images of 28 x 28, simple-cnn: transform ")
                .containsPattern("run 1: transform \\d+\\.\\d+ s, SQL \\d+\\.\\d+ s");
    }

    @Test
    void countsAreChecked() {
        isRefused(CommandRun.of("bench", "sql-predict", "--rows=0"), "--rows", "at least 1, got 0");
    }
}
