package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.net.layer.AttentionPoolLayer;
import org.sparkmlext.net.layer.Conv1dLayer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.ReshapeLayer;

/** What layers make of sequences of 4 steps with 3 features. */
class SequenceLayersTest {

    private static Shape shape(Layer layer) {
        return Architecture.builder(new VectorInput(12))
                .add("steps", new ReshapeLayer(List.of(4, 3)))
                .add("layer", layer)
                .build()
                .shape("layer");
    }

    @Test
    void recurrentLayersGiveTheLastStateOrAll() {
        for (RecurrentLayer layer : List.of(RecurrentLayer.lstm(5), RecurrentLayer.gru(5))) {
            assertThat(shape(layer)).isEqualTo(Shape.of(5));
            assertThat(shape(layer.sequence())).isEqualTo(Shape.of(4, 5));
            assertThat(shape(layer.bidirectional())).isEqualTo(Shape.of(10));
            assertThat(shape(layer.bidirectional().sequence())).isEqualTo(Shape.of(4, 10));
        }
    }

    @Test
    void convolutionsShortenASequenceUnlessTheyArePadded() {
        assertThat(shape(Conv1dLayer.of(7, 3))).isEqualTo(Shape.of(2, 7));
        assertThat(shape(Conv1dLayer.of(7, 3).padded())).isEqualTo(Shape.of(4, 7));
        assertThat(shape(Conv1dLayer.of(7, 2).stride(2))).isEqualTo(Shape.of(2, 7));
    }

    @Test
    void attentionGivesOneStep() {
        assertThat(shape(new AttentionPoolLayer(8))).isEqualTo(Shape.of(3));
    }

    @Test
    void whatIsNoSequenceIsRefused() {
        for (Layer layer : List.of(RecurrentLayer.gru(2), Conv1dLayer.of(2, 1), new AttentionPoolLayer(2))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Architecture.builder(new VectorInput(12))
                            .add("layer", layer)
                            .build())
                    .withMessageContaining("layer 'layer' (" + layer.kind() + ")")
                    .withMessageContaining("takes a sequence, steps x features; got 12 from 'input'");
        }
    }
}
