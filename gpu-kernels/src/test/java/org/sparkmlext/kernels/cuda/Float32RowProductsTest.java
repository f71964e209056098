package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;

/** Large float32 products of all steps of a layer go by tensor cores, and make the numbers that plain tiles make. */
@Timeout(300)
class Float32RowProductsTest {

    private static final RunKey KEY = new RunKey(1, 2);
    private static final int STEPS = 32;
    private static final int FEATURES = 8;
    private static final int[] UNITS = {64, 128};
    /** In parts of the largest number: what the contract allows against doubles, since a recurrent layer passes differences on. */
    private static final double TOLERANCE = 1e-4;

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    /** Two LSTMs. */
    private static Graph graph(int rows) {
        GraphBuilder graph = new GraphBuilder(rows);
        Value x = graph.input("x", TensorType.floats(rows, STEPS, FEATURES));
        int width = FEATURES;
        for (int units : UNITS) {
            graph.layer("lstm-" + units);
            x = graph.add(
                    new Recurrent(Recurrent.Cell.LSTM),
                    x,
                    graph.parameter("w" + units, Shape.of(4 * units, width)),
                    graph.parameter("r" + units, Shape.of(4 * units, units)),
                    graph.parameter("b" + units, Shape.of(4 * units)));
            width = units;
        }
        int numbers = STEPS * width;
        Value target = graph.input("target", TensorType.floats(rows, numbers));
        Value weight = graph.input("weight", TensorType.floats(rows));
        graph.layer("loss");
        x = graph.add(new Reshape(Shape.of(rows, numbers)), x);
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), x, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    /** What a device makes of it: products of the second layer, and gradients with the loss. */
    private record Made(List<String> kernels, float[] additive) {}

    private static Made run(Graph graph, int major, int minor) {
        try (Backend backend = new CudaBackend(EmulatedDevice.ofCapability(major, minor));
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            Random random = new Random(5);
            write(memory.parameters(), random);
            graph.inputs().keySet().forEach(name -> write(program.input(name), random));
            program.loadParameters();
            program.run(KEY);
            List<String> kernels = program.profile(KEY, 1).stream()
                    .filter(step -> step.layer().equals("lstm-" + UNITS[1]))
                    .map(StepTime::detail)
                    .filter(kernel -> kernel.startsWith("gather") || kernel.startsWith("matrices"))
                    .toList();
            return new Made(kernels, EmulatedGraphKernelsTest.read(memory.additive()));
        }
    }

    private static void write(Buffer buffer, Random random) {
        float[] numbers = new float[buffer.length()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian() * 0.1f;
        }
        buffer.copyIn(0, numbers, 0, numbers.length);
    }

    /** 2^24 multiplications are those of 512 steps of all rows, 512 gates and 64 features. */
    @Test
    void largeProductsGoByTensorCores() {
        Graph graph = graph(16);
        Made before = run(graph, 7, 5);
        Made made = run(graph, 8, 0);
        assertThat(before.kernels()).hasSize(4).allMatch(kernel -> kernel.startsWith("matrices"));
        assertThat(made.kernels())
                .containsExactlyInAnyOrder(
                        "gather_64x64", "gather_64x64", "gather_weights_128x128", "gather_weights_128x128");
        double largest = 0;
        for (float number : before.additive()) {
            largest = Math.max(largest, Math.abs(number));
        }
        for (int i = 0; i < made.additive().length; i++) {
            assertThat((double) Math.abs(made.additive()[i] - before.additive()[i]))
                    .isLessThanOrEqualTo(TOLERANCE * largest);
        }
    }

    /** A quarter of them are not worth it. */
    @Test
    void smallProductsStay() {
        assertThat(run(graph(4), 8, 0).kernels()).hasSize(4).allMatch(kernel -> kernel.startsWith("matrices"));
    }
}
