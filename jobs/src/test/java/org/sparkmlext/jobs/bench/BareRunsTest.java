package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The runs that are our engine alone, each in a JVM that has nothing of Spark. */
@Timeout(120)
class BareRunsTest {

    private record Output(int exit, String text) {}

    /** With the jars of this build but those of Spark and what came with it. */
    private static Output run(String main, String... arguments) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.matches(
                        ".*(target/classes|gpu-kernels[^/]*\\.jar|spark-ml-ext[^/]*\\.jar|jcuda.*|jna.*|bytedeco.*)"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                classPath,
                BareRunsTest.class.getPackageName() + "." + main));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Output(process.exitValue(), text);
    }

    @Test
    void boostingSaysHowLongEachKernelTookAndThatTheModelIsTheSame() throws Exception {
        Output one =
                run("OwnBoostingRun", "rows=3000", "trees=3", "leaves=7", "threads=1", "repeat=1", "devices=cpu,cpu");
        assertThat(one.exit()).as(one.text()).isZero();
        assertThat(one.text())
                .contains("3000 rows x 28, 3 trees")
                .contains("histograms of the root", "rows to the device", "findSplits", "host, before the rounds")
                .contains(", the same")
                .doesNotContain("ANOTHER ONE");
        // Three trees of six splits; a root each.
        assertThat(one.text()).containsPattern("partition .* 18 calls").containsPattern("of the root .* 3 calls");
    }

    @Test
    void boostingOnTwoRanksIsTheSameRun() throws Exception {
        // More than a block of rows: a block is not divided.
        Output two = run("OwnBoostingRun", "rows=70000", "trees=2", "ranks=2", "threads=1", "repeat=1", "depth=3");
        assertThat(two.exit()).as(two.text()).isZero();
        assertThat(two.text()).contains("2 ranks of 1 threads", ", the same").doesNotContain("ANOTHER ONE");
    }

    @Test
    void networksStepWithoutSpark() throws Exception {
        Output out = run(
                "OwnNetworkRun",
                "system=ours",
                "network=small-cnn",
                "batch=4",
                "ranks=1",
                "threads=1",
                "precision=float32",
                "warm=0",
                "seconds=0");
        assertThat(out.exit()).as(out.text()).isZero();
        assertThat(out.text()).contains(RunReport.MARK).contains("\"step_ms\": ");
    }
}
