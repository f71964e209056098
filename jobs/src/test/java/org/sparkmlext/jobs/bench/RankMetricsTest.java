package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RankMetricsTest {

    @Test
    void aucCountsOrderedPairsAndHalvesTies() {
        assertThat(RankMetrics.auc(new float[] {0, 1, 0, 1}, new float[] {0.1f, 0.4f, 0.4f, 0.9f}))
                .isEqualTo((1 + 0.5 + 1 + 1) / 4);
        Random random = new Random(1);
        float[] labels = new float[300];
        float[] scores = new float[300];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(2);
            scores[i] = random.nextInt(30) - 15 + labels[i] * 3;
        }
        double ordered = 0;
        double pairs = 0;
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels.length; j++) {
                if (labels[i] > labels[j]) {
                    pairs++;
                    ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(RankMetrics.auc(labels, scores)).isCloseTo(ordered / pairs, within(1e-12));
    }

    @Test
    void logLossIsTheMeanAndFinite() {
        assertThat(RankMetrics.logLoss(new float[] {1, 0}, new float[] {0.5f, 0.5f}))
                .isCloseTo(Math.log(2), within(1e-12));
        assertThat(RankMetrics.logLoss(new float[] {1}, new float[] {0f})).isFinite();
    }

    @Test
    void aReportIsOneLineOfJson() throws IOException {
        RunReport report = new RunReport("a \"system\"", "higgs").put("rows", 5L);
        report.start();
        report.stop("fit");
        report.score(new float[] {0, 1}, new float[] {0.25f, 0.75f});
        JsonNode json = new ObjectMapper().readTree(report.json());
        assertThat(json.path("system").asText()).isEqualTo("a \"system\"");
        assertThat(json.path("auc").asDouble()).isEqualTo(1);
        assertThat(json.path("fit_s").isNumber()).isTrue();
        assertThat(json.path("fit_other_s").asDouble()).isNotNegative();
        assertThat(report.json()).doesNotContain("\n");
    }

    @Test
    void theTableHasMediansOfQuietRunsAndOfAll() throws IOException {
        ResultTable table = new ResultTable();
        ObjectMapper mapper = new ObjectMapper();
        for (String run :
                new String[] {"1.0, \"fit_other_s\": 0.1", "3.0, \"fit_other_s\": 0.1", "9.0, \"fit_other_s\": 8"}) {
            table.add(mapper.readTree("{\"system\": \"s\", \"auc\": 0.8, \"fit_s\": " + run + "}"));
        }
        assertThat(table.markdown())
                .contains("| s | 2 quiet |  |  |  | 2.00 |", "| s | 3 in all |  |  |  | 3.00 |", "0.80000");
    }

    @Test
    void aPeerIsHeldAgainstOursOfTheSameShapeAndInput() throws IOException {
        ResultTable table = new ResultTable();
        ObjectMapper mapper = new ObjectMapper();
        for (String run : new String[] {
            "\"ours-leafwise\", \"fit_s\": 2.0, \"process_s\": 10, \"predict_s\": 1, \"peak_rss_mb\": 1000, \"auc\": 0.8",
            "\"ours-leafwise-direct\", \"fit_s\": 4.0, \"process_s\": 8, \"predict_s\": 1, \"peak_rss_mb\": 500, \"auc\": 0.8",
            "\"lightgbm-native\", \"ingest_s\": 1.0, \"fit_s\": 2.0, \"process_s\": 5, \"predict_s\": 2,"
                    + " \"peak_rss_mb\": 1500, \"auc\": 0.7999",
            "\"synapseml-bulk-direct\", \"fit_s\": 6.0, \"fit_other_s\": 5, \"process_s\": 20, \"predict_s\": 3,"
                    + " \"peak_rss_mb\": 1500, \"auc\": 0.81"
        }) {
            table.add(mapper.readTree("{\"system\": " + run + "}"));
        }
        Map<String, BenchSystem> all = BenchSystem.all();
        List<BenchSystem> systems = Stream.of(
                        "ours-leafwise", "ours-leafwise-direct", "lightgbm-native", "synapseml-bulk-direct")
                .map(all::get)
                .toList();
        assertThat(table.ratios(systems).lines().skip(2))
                .containsExactly(
                        "| lightgbm-native / ours-leafwise | quiet | 1.50 | 0.50 | 2.00 | 1.50 | +0.00010 |",
                        "| synapseml-bulk-direct / ours-leafwise-direct | all, not quiet | 1.50 | 2.50 | 3.00 | 3.00 | -0.01000 |");
        assertThat(table.ratios(List.of(all.get("ours-depthwise"), all.get("lightgbm-native"))))
                .isEmpty();
        assertThat(all.keySet()).contains("ours-depthwise-direct", "xgboost-spark-2x1-direct", "mllib-gbt-direct");
    }
}
