package org.sparkmlext.ml.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.RoundReport;

class LearningCurveTest {

    private static List<String> ticks(double... losses) {
        List<RoundReport> epochs = new ArrayList<>();
        for (double loss : losses) {
            epochs.add(new RoundReport(epochs.size(), losses.length, Map.of("train-loss", loss), 10));
        }
        return Pattern.compile("text-anchor=\"end\">([-0-9.e]+)</text>")
                .matcher(LearningCurve.svg(epochs, "epoch"))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void axesHaveRoundNumbersAroundAllValues() {
        assertThat(ticks(0.7024, 0.3, 0.1312)).containsExactly("0.0", "0.2", "0.4", "0.6", "0.8");
        assertThat(ticks(0.9517, 0.7458)).containsExactly("0.70", "0.75", "0.80", "0.85", "0.90", "0.95", "1.00");
        assertThat(ticks(2300, 120)).containsExactly("0", "500", "1000", "1500", "2000", "2500");
    }

    @Test
    void oneEpochAndAFlatCourseHaveAnAxis() {
        assertThat(ticks(0.5)).contains("0.5");
        assertThat(ticks(0, 0)).hasSizeGreaterThanOrEqualTo(2);
        assertThat(LearningCurve.svg(List.of(new RoundReport(0, 2, Map.of("train-loss", 0.0), 1)), "epoch"))
                .doesNotContain("NaN");
    }

    @Test
    void anEpochThatDivergedIsLeftOut() {
        assertThat(ticks(1, Double.NaN, 0.5)).contains("1.0", "0.5");
        assertThat(ticks(Double.NaN)).isEmpty();
    }

    @Test
    void aMetricOfSomeRoundsIsDrawnThroughThose() {
        String picture = LearningCurve.svg(
                List.of(
                        new RoundReport(0, 3, Map.of("train-logloss", 0.6, "validation-logloss", 0.7), 10),
                        new RoundReport(1, 3, Map.of("validation-logloss", 0.6), 10),
                        new RoundReport(2, 3, Map.of("train-logloss", 0.4, "validation-logloss", 0.5), 10)),
                "round");
        assertThat(picture).contains("round 3");
        assertThat(Pattern.compile("<polyline points=\"([^\"]*)\"")
                        .matcher(picture)
                        .results()
                        .map(line -> line.group(1).split(" ").length))
                .containsExactly(2, 3);
    }
}
