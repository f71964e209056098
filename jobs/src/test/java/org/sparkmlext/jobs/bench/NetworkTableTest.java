package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class NetworkTableTest {

    private static ObjectNode run(String system, double samplesPerSecond, double others) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("system", system)
                .put("samples_s", samplesPerSecond)
                .put("step_ms", 128_000 / samplesPerSecond)
                .put("fit_s", 5)
                .put("fit_other_s", others);
    }

    @Test
    void theFasterLoopOfOursStandsOverThePeer() {
        NetworkTable table = new NetworkTable();
        table.add(run("ours-1x2-float32.vgg-cifar", 400, 0));
        table.add(run("ours-2x1-float32.vgg-cifar", 450, 0));
        table.add(run("libtorch-contiguous-float32.vgg-cifar", 250, 0));
        assertThat(table.ratios())
                .contains("| 1.80 | 1.70 | yes | quiet |")
                .doesNotContain("channels_last")
                .doesNotContain("small-cnn");
    }

    @Test
    void aRatioThatIsMissedSaysSo() {
        NetworkTable table = new NetworkTable();
        table.add(run("ours-1x2-float32.small-cnn", 1400, 0));
        table.add(run("dl4j.small-cnn", 100, 0));
        assertThat(table.ratios()).contains("| 14.00 | 15.00 | NO |");
    }

    @Test
    void disturbedRunsCountOnlyWhereNoneIsQuiet() {
        NetworkTable table = new NetworkTable();
        table.add(run("ours-1x2-float32.vgg-cifar", 400, 0));
        table.add(run("ours-1x2-float32.vgg-cifar", 100, 4));
        table.add(run("spark-local-2x1-float32.vgg-cifar", 300, 4));
        assertThat(table.markdown())
                .contains("| ours-1x2-float32.vgg-cifar | 2, 1 quiet | 320.00 |")
                .contains("| spark-local-2x1-float32.vgg-cifar | 1, 0 quiet | 426.67 |");
        assertThat(table.ratios()).contains("| 0.75 | 0.92 | NO | not all quiet |");
    }

    @Test
    void withoutAPairThereIsNoTableOfRatios() {
        assertThat(new NetworkTable().ratios()).isEmpty();
    }
}
