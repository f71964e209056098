package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;

/** The order in which the gradients of one id are added. */
class EmbeddingGradientTest {

    private static final int ROWS = 64;
    private static final int STEPS = 9;
    private static final int UNITS = 13;
    private static final int VOCABULARY = 4;

    /** The squared error of all vectors. */
    private static Graph graph(int rows, int steps) {
        GraphBuilder graph = new GraphBuilder(rows);
        Value ids = graph.input("ids", TensorType.floats(rows, steps, 1));
        Value targets = graph.input("targets", TensorType.floats(rows, steps * UNITS));
        Value weights = graph.input("weights", TensorType.floats(rows));
        graph.layer("words");
        Value y = graph.add(new Embedding(), ids, graph.parameter("table", Shape.of(VOCABULARY, UNITS)));
        Value flat = graph.add(new Reshape(Shape.of(rows, steps * UNITS)), y);
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), flat, targets, weights);
        return graph.buildTraining(name -> true, loss.output(0));
    }

    private static float[] gradients(Graph graph, int threads, float[] ids) {
        Random random = new Random(3);
        try (Backend backend =
                        Backends.open("cpu", BackendOptions.threads(threads)).backend();
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            program.input("ids").copyIn(0, ids, 0, ids.length);
            for (String input : new String[] {"targets", "weights"}) {
                float[] numbers = new float[program.input(input).length()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = random.nextFloat();
                }
                program.input(input).copyIn(0, numbers, 0, numbers.length);
            }
            program.loadParameters();
            program.run(new RunKey(0, 0));
            float[] gradients = new float[VOCABULARY * UNITS];
            memory.additive().copyOut(0, gradients, 0, gradients.length);
            return gradients;
        }
    }

    @Test
    void gradientsAreTheSameBitsOnAnyNumberOfThreads() {
        float[] ids = new float[ROWS * STEPS];
        Random random = new Random(5);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(VOCABULARY);
        }
        Graph graph = graph(ROWS, STEPS);
        float[] one = gradients(graph, 1, ids);
        assertThat(one).doesNotContain(0);
        assertThat(gradients(graph, 2, ids)).isEqualTo(one);
        assertThat(gradients(graph, 3, ids)).isEqualTo(one);
    }
}
