package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** What the doctor sees in one process, and real faults that it finds. */
class DoctorCommandTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void session() {
        LocalSpark.session();
    }

    @Test
    void aHealthyProcess() {
        CommandRun run = CommandRun.of(
                "doctor",
                "--num-rows=1000000",
                "--num-features=30",
                "--checkpoint-dir=" + folder.resolve("checkpoints"));
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("OK    Spark: Spark 4.", ", Scala 2.13.")
                .contains("OK    dynamic allocation: off")
                .contains("executor driver on ", " heap ", "networks: oneDNN 3.", "bfloat16: ", "GPU: cuda: ")
                .contains(
                        "OK    memory: 1,000,000 rows x 30 features: 1 worker x ",
                        "binned rows",
                        "in a JVM with a heap")
                .contains("OK    checkpointDir: ", "OK    trial fit: 2000 rows in ")
                .endsWith("training can run here\n")
                .doesNotContain("FAIL");
    }

    @Test
    void tooLittleMemoryIsRefusedWithTheSetting() {
        CommandRun run = CommandRun.of("doctor", "--num-rows=2000000000", "--num-features=500");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("FAIL  memory: 2,000,000,000 rows x 500 features: ")
                .containsPattern("Set spark.driver.memory \\(or -Xmx\\) to at least \\d+m|can hold")
                .endsWith("1 thing keeps training from running\n");
    }

    @Test
    void aCheckpointDirectoryThatCannotBeWrittenToIsFound() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no directory");
        CommandRun run = CommandRun.of("doctor", "--json", "--checkpoint-dir=" + file.resolve("below"));
        assertThat(run.code()).isEqualTo(1);
        JsonNode root = new ObjectMapper().readTree(run.out());
        assertThat(root.get("healthy").booleanValue()).isFalse();
        int faults = 0;
        for (JsonNode finding : root.get("findings")) {
            if (finding.get("level").textValue().equals("FAIL")) {
                faults++;
                assertThat(finding.get("check").textValue()).isEqualTo("checkpointDir");
                assertThat(finding.get("text").textValue()).contains("cannot be written to");
                assertThat(finding.get("remedy").textValue()).contains("directory that the driver may write to");
            }
        }
        assertThat(faults).isOne();
    }

    @Test
    void aTableTellsTheSizeOfAFit() throws IOException {
        Path table = Files.writeString(folder.resolve("t.csv"), "a,b,y\n1,2,0\n3,4,1\n5,6,2\n");
        CommandRun run = CommandRun.of("doctor", "--input=" + table, "--label=y");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("OK    memory: 3 rows x 2 features");
    }

    @Test
    void aSizeInHalvesIsRefused() {
        isRefused(CommandRun.of("doctor", "--num-rows=5"), "both --num-rows and --num-features");
        isRefused(CommandRun.of("doctor", "--algorithm=cnn-classifier"), "must be classifier or regressor");
    }
}
