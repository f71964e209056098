package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.WindowScale.Level;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/** Networks that end in a forecast: normalised windows and their inverse, quantiles. */
class ForecastTest {

    private static Architecture normalised(WindowNormLayer norm) {
        return Architecture.builder(SequenceInput.of(6, 3))
                .add("norm", norm)
                .add("lstm", RecurrentLayer.lstm(4))
                .build();
    }

    private static float[] window(float shift, float factor) {
        float[] window = new float[18];
        for (int i = 0; i < window.length; i++) {
            window[i] = shift + factor * (i * 7 % 11 - 3);
        }
        return window;
    }

    @Test
    void aForecastFollowsItsWindowsUnits() {
        Architecture network = normalised(WindowNormLayer.of(Level.LAST)).withForecast(2, List.of(2, 0), 1);
        assertThat(network.names()).containsExactly("norm", "lstm", "forecast", "output");
        assertThat(network.numOutputs()).isEqualTo(4);
        assertThat(network.beforeLast()).isEqualTo("lstm");
        assertThat(Architecture.fromJson(network.toJson())).isEqualTo(network);
        float[] once = SequenceInputTest.score(network, window(0, 1), new int[0]);
        float[] moved = SequenceInputTest.score(network, window(50, 4), new int[0]);
        for (int i = 0; i < once.length; i++) {
            assertThat(moved[i]).as("output %d", i).isCloseTo(50 + 4 * once[i], within(1e-3f));
        }
    }

    @Test
    void aWindowWithoutScaleOnlyMoves() {
        Architecture network =
                normalised(WindowNormLayer.of(Level.MEAN).unscaled()).withForecast(1, List.of(1), 1);
        float[] once = SequenceInputTest.score(network, window(0, 1), new int[0]);
        float[] moved = SequenceInputTest.score(network, window(-9, 1), new int[0]);
        assertThat(moved[0]).isCloseTo(once[0] - 9, within(1e-4f));
    }

    @Test
    void aNetworkWithoutNormEndsInADenseLayer() {
        Architecture network = Architecture.builder(SequenceInput.of(6, 3))
                .add("lstm", RecurrentLayer.lstm(4))
                .build();
        // Here a target need not be an input.
        assertThat(network.withForecast(2, List.of(5), 3)).isEqualTo(network.withOutputs(6));
        assertThat(network.withForecast(2, List.of(5), 3).names()).containsExactly("lstm", "output");
    }

    @Test
    void aTargetThatIsNoInputHasNoUnits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> normalised(WindowNormLayer.of(Level.LAST)).withForecast(2, List.of(0, 3), 1))
                .withMessageContaining("layer 'norm' (window-norm)")
                .withMessageContaining("features [0, 3] are forecast")
                .withMessageContaining("Add the targets to the inputs");
    }

    @Test
    void aHeadOfAnotherShapeIsRefused() {
        Architecture network = Architecture.builder(SequenceInput.of(6, 3))
                .add("norm", WindowNormLayer.of(Level.LAST))
                .add("output", DenseLayer.of(4))
                .build();
        assertThat(network.withForecast(2, List.of(2, 0), 1)).isEqualTo(network);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.withForecast(3, List.of(2, 0), 1))
                .withMessageContaining("the data needs 6");
    }

    @Test
    void quantilesTrainOnOneTargetEach() {
        LossFunction loss = new LossFunction.Quantile(List.of(0.1f, 0.5f, 0.9f));
        Architecture network = normalised(WindowNormLayer.of(Level.LAST)).withForecast(2, List.of(2, 0), 3);
        NetworkGraphs graphs = new NetworkGraphs(network);
        assertThat(graphs.trainingGraph(5, loss).inputs().get(NetworkGraphs.TARGETS))
                .isEqualTo(TensorType.floats(5, 4));
        assertThat(graphs.evaluationGraph(5, loss).outputs().keySet()).containsExactly("loss", "weight");
        try (ReferenceRun run = new ReferenceRun(network, 5, loss, null)) {
            double first = run.update(0);
            double last = first;
            for (int step = 1; step <= 40; step++) {
                last = run.update(step);
            }
            assertThat(last).isLessThan(0.9 * first);
        }
    }
}
