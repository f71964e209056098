package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.kernels.Backends;

@Timeout(120)
class NetworkComparisonTest {

    @TempDir
    Path work;

    private String compare(Path peers, String... systems) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<NetworkSystem> chosen =
                List.of(systems).stream().map(NetworkSystem.all()::get).toList();
        new NetworkComparison(
                        new NetworkComparison.Plan(
                                chosen, List.of("vgg-cifar"), 8, 0, 0, 2, null, "1g", 2, 0, 60, peers, work),
                        new PrintStream(out, true, StandardCharsets.UTF_8))
                .run();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Stands where PyTorch's run stands, and says what the arguments were. */
    private Path peerThat(String does) throws IOException {
        Path module = Files.createDirectories(work.resolve("peers").resolve("torch-gpu"));
        Files.writeString(module.resolve("run.py"), "import sys\n" + does);
        return module.getParent();
    }

    @Test
    void whatCannotRunHereIsSkippedOnceWithTheReason() throws IOException {
        Path peers = peerThat("print('SKIPPED no PyTorch at all')\nsys.exit(3)\n");
        String text = compare(peers, "torch-gpu-eager-bfloat16");
        assertThat(text).containsOnlyOnce("skipped torch-gpu-eager-bfloat16.vgg-cifar: no PyTorch at all");
    }

    @Test
    void aPeerInPythonIsTimedAsOthersAre() throws IOException {
        Path peers = peerThat(
                "given = dict(a.split('=', 1) for a in sys.argv[1:])\n"
                        + "print('RESULT {\"system\": \"%s\", \"fit_s\": 1, \"samples_s\": %s}' % (given['system'], given['batch']))\n");
        assertThat(compare(peers, "torch-gpu-graph-bfloat16"))
                .contains("| torch-gpu-graph-bfloat16.vgg-cifar | 2, 2 quiet |")
                .contains(" | 8 | ");
    }

    @Test
    void ourEngineIsSkippedWhereThereIsNoGpu() throws IOException {
        assumeTrue(
                Backends.describeAll().stream().anyMatch(line -> line.startsWith("cuda: not available")),
                "there is a GPU: nothing to skip");
        assertThat(compare(peerThat(""), "ours-cuda-float32"))
                .containsOnlyOnce(
                        "skipped ours-cuda-float32.vgg-cifar: device 'cuda' was asked for by name and cannot be used");
    }
}
