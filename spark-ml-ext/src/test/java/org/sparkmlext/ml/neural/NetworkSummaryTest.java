package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingReport;

class NetworkSummaryTest {

    private static NetworkSummary of(String metric, double... values) {
        List<RoundReport> epochs = new ArrayList<>();
        for (double value : values) {
            epochs.add(new RoundReport(epochs.size(), values.length, Map.of(metric, value), 10));
        }
        return new NetworkSummary(
                new TrainingReport(1, 1, List.of("cpu"), List.of(10L), epochs, 1, Map.of("train", 1.0)));
    }

    @Test
    void theBestEpochHasTheLeastErrorOrTheLargestAccuracyTheFirstOfEqualOnes() {
        assertThat(of("train-loss", 3, 1, 2, 1).bestEpoch("train-loss")).isEqualTo(1);
        assertThat(of("validation-accuracy", 0.5, 0.75, 0.75).bestEpoch("validation-accuracy"))
                .isEqualTo(1);
        assertThat(of("train-loss", Double.NaN, 2, 3).bestEpoch("train-loss")).isEqualTo(1);
        assertThat(of("train-loss", Double.NaN).bestEpoch("train-loss")).isEqualTo(-1);
        assertThatThrownBy(() -> of("train-loss", 1).bestEpoch("train-rmse")).hasMessageContaining("train-loss");
    }
}
