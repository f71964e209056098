package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What norms, embeddings, forecasts and quantiles say of inputs that do not fit. */
class StepShapesTest {

    private static final TensorType STEPS = TensorType.floats(2, 5, 3);
    private static final TensorType LENGTHS = new TensorType(Element.INT, Shape.of(2));

    @Test
    void onlyInputsAreWindowsAndIds() {
        TensorType computed = TensorType.number(Shape.of(2, 5, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WindowScale(WindowScale.Level.MEAN, true, 1).types(List.of(computed)))
                .withMessageContaining("input 0 must be FLOAT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Embedding().types(List.of(computed, TensorType.floats(7, 3))))
                .withMessageContaining("input 0 must be FLOAT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Embedding().types(List.of(STEPS, TensorType.floats(7, 3))))
                .withMessageContaining("input 0 must have shape 2x5x1");
    }

    @Test
    void forecastsAreOfChannelsThatAre() {
        TensorType scale = TensorType.floats(2, 3);
        WindowDenorm two = new WindowDenorm(List.of(2, 0), 2);
        assertThat(two.types(List.of(TensorType.floats(2, 8), scale, scale))).containsExactly(TensorType.floats(2, 8));
        assertThat(two.channelsOf(8)).containsExactly(2, 2, 0, 0, 2, 2, 0, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> two.types(List.of(TensorType.floats(2, 6), scale, scale)))
                .withMessageContaining("a multiple of 2 channels x 2 quantiles");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WindowDenorm(List.of(3), 1).types(List.of(TensorType.floats(2, 6), scale, scale)))
                .withMessageContaining("channels are [3], the window has 0 to 2");
        assertThatIllegalArgumentException().isThrownBy(() -> new WindowDenorm(List.of(), 1));
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
    void epsilonsAndFactorsAreAboveZero(float wrong) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WindowScale(WindowScale.Level.LAST, true, wrong))
                .withMessageContaining("" + wrong);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LayerNorm(wrong))
                .withMessageContaining("" + wrong);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MatMul(false, false, wrong))
                .withMessageContaining("" + wrong);
    }

    @Test
    void quantilesRiseBetweenZeroAndOne() {
        for (List<Float> wrong : List.of(
                List.<Float>of(),
                List.of(0f),
                List.of(1f),
                List.of(0.5f, 0.5f),
                List.of(0.9f, 0.1f),
                List.of(Float.NaN))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new LossFunction.Quantile(wrong));
        }
        LossFunction three = new LossFunction.Quantile(List.of(0.1f, 0.5f, 0.9f));
        assertThat(three.numTargets(6)).isEqualTo(2);
        TensorType weights = TensorType.floats(2);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Loss(three).types(List.of(TensorType.floats(2, 5), TensorType.floats(2, 5), weights)))
                .withMessageContaining("5 predictions, but 3 quantiles [0.1, 0.5, 0.9]");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Loss(three).types(List.of(TensorType.floats(2, 6), TensorType.floats(2, 6), weights)))
                .withMessageContaining("input 1 must have shape 2x2");
    }

    @Test
    void lengthsAreOneARow() {
        TensorType wrong = new TensorType(Element.INT, Shape.of(3));
        assertThat(new MaskSteps().types(List.of(STEPS, LENGTHS))).containsExactly(TensorType.number(STEPS.shape()));
        for (Op op : List.of(new MaskSteps(), new PoolSteps(PoolSteps.Statistic.MAX), new Softmax())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> op.types(List.of(STEPS, wrong)))
                    .withMessageContaining(op.name())
                    .withMessageContaining("input 1 must have shape 2");
        }
    }
}
