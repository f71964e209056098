package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.LossFunction.CrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.SquaredError;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.net.NetworkGraphs.Link;

class NetworkGraphsTest {

    private static final LossFunction LOSS = new CrossEntropy(0, 0);

    private static NetworkGraphs vgg() {
        return new NetworkGraphs(
                Presets.named("vgg-cifar", ImageInput.bytes(8, 8, 3)).withOutputs(10));
    }

    private static long count(Graph graph, Class<? extends Op> op) {
        return graph.nodes().stream().filter(n -> op.isInstance(n.op())).count();
    }

    @Test
    void parametersAndStatesLieInTheSamePlacesInAllGraphs() {
        NetworkGraphs graphs = vgg();
        ModelLayout layout = graphs.layout();
        List<Graph> all = List.of(
                graphs.trainingGraph(4, LOSS),
                graphs.trainingGraph(3, LOSS, "dropout-2"),
                graphs.evaluationGraph(5, LOSS),
                graphs.scoringGraph(1, Link.SOFTMAX, "dense"));
        for (Graph graph : all) {
            assertThat(graph.layout().parameters()).isEqualTo(layout.parameters());
            assertThat(graph.layout().state()).isEqualTo(layout.state());
        }
        assertThat(graphs.initialParameters(1)).hasSize(layout.parameters().length());
        assertThat(graphs.initialState()).hasSize(layout.state().length());
    }

    @Test
    void aTrainingGraphSumsAndAnEvaluationGraphPutsOut() {
        NetworkGraphs graphs = vgg();
        Graph training = graphs.trainingGraph(4, LOSS);
        assertThat(training.isTraining()).isTrue();
        assertThat(training.layout().sums())
                .containsExactly(ModelLayout.LOSS, ModelLayout.WEIGHT, NetworkGraphs.CORRECT);
        assertThat(training.inputs().keySet())
                .containsExactly(NetworkGraphs.INPUT, NetworkGraphs.ROWS, NetworkGraphs.TARGETS, NetworkGraphs.WEIGHTS);
        assertThat(training.gradients().keySet())
                .containsExactlyElementsOf(graphs.layout().parameters().shapes().keySet());
        assertThat(training.statistics().keySet())
                .containsExactlyElementsOf(graphs.layout().state().shapes().keySet());
        Graph evaluation = graphs.evaluationGraph(4, LOSS);
        assertThat(evaluation.isTraining()).isFalse();
        assertThat(evaluation.outputs().keySet())
                .containsExactly(ModelLayout.LOSS, ModelLayout.WEIGHT, NetworkGraphs.CORRECT);
        assertThat(evaluation.inputs().keySet()).doesNotContain(NetworkGraphs.ROWS);
        assertThat(count(evaluation, Dropout.class) + count(evaluation, BatchNorm.class))
                .isZero();
        Graph regression = graphs.trainingGraph(4, new SquaredError());
        assertThat(regression.layout().sums())
                .containsExactly(
                        ModelLayout.LOSS,
                        ModelLayout.WEIGHT,
                        NetworkGraphs.SQUARED_ERROR,
                        NetworkGraphs.ABSOLUTE_ERROR);
        assertThat(regression.inputs().get(NetworkGraphs.TARGETS)).isEqualTo(TensorType.floats(4, 10));
    }

    @Test
    void frozenLayersComputeAsInScoring() {
        NetworkGraphs graphs = vgg();
        Graph whole = graphs.trainingGraph(2, LOSS);
        Graph part = graphs.trainingGraph(2, LOSS, "dropout-2");
        assertThat(count(whole, BatchNorm.class)).isEqualTo(7);
        assertThat(count(part, BatchNorm.class)).isEqualTo(3);
        assertThat(count(part, BatchNorm.Inference.class)).isEqualTo(4);
        assertThat(count(part, Dropout.class)).isEqualTo(2);
        // Streams stay those of the whole network.
        assertThat(part.nodes().stream().filter(n -> n.op() instanceof Dropout).map(n -> ((Dropout) n.op()).stream()))
                .containsExactly(2, 3);
        FlatLayout.Entry first = graphs.layout().parameters().entry("conv3-1.weights");
        assertThat(graphs.trainedFrom("norm2-2")).isEqualTo(first.offset());
        assertThat(graphs.trainedFrom(null)).isZero();
        assertThat(part.gradients().keySet()).first().isEqualTo("conv3-1.weights");
        assertThat(part.gradients()).doesNotContainKey("norm2-2.shift");
        assertThat(part.statistics().keySet()).first().isEqualTo("norm3-1.mean");
        assertThatThrownBy(() -> graphs.trainingGraph(2, LOSS, "conv4"))
                .hasMessageContaining("no layer 'conv4'")
                .hasMessageContaining("conv3-2");
        NetworkGraphs bare = new NetworkGraphs(Architecture.builder(new VectorInput(3))
                .dense(2, "relu")
                .activation("tanh")
                .build());
        assertThatThrownBy(() -> bare.trainingGraph(2, LOSS, "activation-1"))
                .hasMessageContaining("nothing left to train");
    }

    @Test
    void scoringPutsOutWhatIsAsked() {
        NetworkGraphs graphs = vgg();
        assertThat(graphs.scoringGraph(2, Link.NONE, null).outputs().keySet()).containsExactly("logits");
        Graph all = graphs.scoringGraph(2, Link.SIGMOID, "pool3");
        assertThat(all.outputs().keySet()).containsExactly("logits", "probabilities", "embeddings");
        assertThat(all.type(java.util.Objects.requireNonNull(all.outputs().get("embeddings")))
                        .shape())
                .hasToString("2x256x1x1");
        assertThatThrownBy(() -> graphs.scoringGraph(2, Link.NONE, "nothing")).hasMessageContaining("no layer");
    }

    @Test
    void aNetworkThatCannotBeTrainedIsRefused() {
        assertThatThrownBy(() -> new NetworkGraphs(Architecture.builder(ImageInput.bytes(4, 4, 1))
                        .conv2d(2, 3, "relu")
                        .build()))
                .hasMessageContaining("layer 'conv2d-1' (conv2d) gives 2x2x2")
                .hasMessageContaining("ends in a vector");
        assertThatThrownBy(() -> new NetworkGraphs(
                        Architecture.builder(new VectorInput(2)).dropout(0.5).build()))
                .hasMessageContaining("nothing to train");
    }

    @Test
    void startingNumbersDependOnSeedAndNameAlone() {
        NetworkGraphs one = new NetworkGraphs(Architecture.builder(new VectorInput(3))
                .dense(4, "relu")
                .output(2)
                .build());
        NetworkGraphs other = new NetworkGraphs(Architecture.builder(new VectorInput(3))
                .batchNorm()
                .dense(4, "relu")
                .output(2)
                .build());
        float[] a = one.initialParameters(5);
        float[] b = other.initialParameters(5);
        assertThat(a).isEqualTo(one.initialParameters(5)).isNotEqualTo(one.initialParameters(6));
        int from = other.layout().parameters().entry("dense-1.weights").offset();
        assertThat(java.util.Arrays.copyOfRange(b, from, b.length)).isEqualTo(a);
        assertThat(java.util.Arrays.copyOf(b, from)).containsExactly(1, 1, 1, 0, 0, 0);
        assertThat(other.initialState()).containsExactly(0, 0, 0, 1, 1, 1);
    }
}
