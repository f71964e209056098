package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

class QuickstartTest {
    private static final String LAST_LINE =
            "quickstart: ok auc=0\\.\\d{5} logloss=\\d\\.\\d{5} model=\\S+ seconds=\\d+\\.\\d";

    @TempDir
    Path folder;

    private static String lastLine(CommandRun run) {
        return run.out().lines().reduce((first, last) -> last).orElse("");
    }

    @Test
    void withoutArgumentsItLearnsGeneratedData() {
        SparkSession session = LocalSpark.session();
        CommandRun run = CommandRun.of(
                "quickstart",
                "--directory=" + folder.resolve("q"),
                "--rows=6000",
                "--set=numTrees=10",
                "--progress=plain");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(lastLine(run)).matches(LAST_LINE);
        assertThat(run.out().lines().filter(line -> line.startsWith("round"))).hasSize(10);
        assertThat(run.number("AUC")).isBetween(0.7, 0.9);
        assertThat(session.read().parquet(folder.resolve("q/scored").toString()).count())
                .isEqualTo(1200);
        String saved = lastLine(run).replaceFirst(".*model=(\\S+).*", "$1");
        assertThat(CommandRun.of("describe", "--model=" + saved).out()).contains("contract_index");
    }

    @Test
    void aUsersOwnFileWithoutHeaderIsSplit() throws IOException {
        LocalSpark.session();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            int x = (i * 7919) % 1000;
            text.append(i % 3 == 0 ? "a" : "?")
                    .append(',')
                    .append(x)
                    .append(',')
                    .append(x > 500 ? "up" : "down")
                    .append('\n');
        }
        Path own = Files.writeString(folder.resolve("own.csv"), text);
        CommandRun run = CommandRun.of(
                "quickstart",
                "--directory=" + folder.resolve("q"),
                "--train=" + own,
                "--no-header",
                "--label=last",
                "--missing=?",
                "--set=numTrees=5");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(lastLine(run)).matches("quickstart: ok auc=1\\.00000 .*");
    }

    @Test
    void aTestFileOrLabelWithoutATrainingFileIsRefused() {
        assertThat(CommandRun.of("quickstart", "--label=y").err()).contains("give --train FILE too");
        CommandRun unlabelled = CommandRun.of("quickstart", "--train=a.csv");
        assertThat(unlabelled.err()).contains("--label is needed with --train");
        assertThat(unlabelled.code()).isEqualTo(2);
    }
}
