package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/** What ops on sequences say of inputs that do not fit. */
class SequenceShapesTest {

    private static final TensorType STEPS = TensorType.floats(2, 5, 3);

    private static List<TensorType> lstm(TensorType x, int rows, int units, int biases) {
        return new Recurrent(Cell.LSTM)
                .types(List.of(
                        x, TensorType.floats(rows, 3), TensorType.floats(rows, units), TensorType.floats(biases)));
    }

    @Test
    void aRecurrentLayerGivesAStateAStep() {
        assertThat(lstm(STEPS, 16, 4, 16).get(0)).isEqualTo(TensorType.number(Shape.of(2, 5, 4)));
        assertThat(new Recurrent(Cell.GRU).name()).isEqualTo("gru");
        assertThat(new Recurrent.Gradient(Cell.LSTM).name()).isEqualTo("lstm.gradient");
    }

    @Test
    void weightsOfAnotherNumberOfGatesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lstm(STEPS, 12, 4, 16))
                .withMessageContaining("lstm")
                .withMessageContaining("16x4")
                .withMessageContaining("12x4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lstm(STEPS, 16, 4, 12))
                .withMessageContaining("input 3 must have shape 16");
    }

    @Test
    void whatIsNoSequenceIsRefused() {
        TensorType rows = TensorType.floats(2, 15);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lstm(rows, 16, 4, 16))
                .withMessageContaining("input 0 must have [3] axes");
        for (Op op : List.of(new ReverseSteps(), new LastStep(), new StepsAsPixels())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> op.types(List.of(rows)))
                    .withMessageContaining(op.name())
                    .withMessageContaining("2x15");
        }
    }

    @Test
    void lengthsAreWholeNumbersOneARow() {
        for (TensorType lengths : List.of(TensorType.floats(2), new TensorType(Element.INT, Shape.of(3)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new LastStep().types(List.of(STEPS, lengths)))
                    .withMessageContaining("input 1 must");
        }
    }

    @Test
    void matricesOfOtherInnerSizesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MatMul().types(List.of(STEPS, STEPS)))
                .withMessageContaining("inner sizes");
        assertThat(new MatMul(false, true).types(List.of(STEPS, STEPS)))
                .containsExactly(TensorType.number(Shape.of(2, 5, 5)));
    }

    @Test
    void anImageOfSeveralRowsIsNoSequence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepsAsPixels.Inverse().types(List.of(TensorType.floats(2, 3, 2, 5))))
                .withMessageContaining("one row of pixels");
    }
}
