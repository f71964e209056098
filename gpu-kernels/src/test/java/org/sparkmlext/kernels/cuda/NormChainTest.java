package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.NonFinite;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/** Normalisation, ReLU, pooling and dropout of pixels run in one pass where nobody looks at what is between, and only there. */
@Timeout(120)
class NormChainTest {

    private static final int ROWS = 3;
    private static final RunKey KEY = new RunKey(1, 2);

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    /** @param looksInside whether the output of the ReLU is wanted */
    private static Graph graph(boolean looksInside) {
        GraphBuilder graph = new GraphBuilder(ROWS);
        Value x = graph.input("x", TensorType.floats(ROWS, 3, 4, 4));
        Value row = graph.input("row", new TensorType(Element.LONG, Shape.of(ROWS)));
        Value target = graph.input("target", TensorType.floats(ROWS, 2));
        Value weight = graph.input("weight", TensorType.floats(ROWS));
        graph.layer("conv");
        x = graph.add(new Conv2d(Window2d.square(1), 1), x, graph.parameter("conv", Shape.of(4, 3, 1, 1)));
        graph.layer("norm");
        Value scale = graph.parameter("scale", Shape.of(4));
        x = graph.add(new BatchNorm(1e-3f), x, scale, graph.parameter("shift", Shape.of(4)));
        x = graph.add(Activation.of(Activation.Function.RELU), x);
        if (looksInside) {
            graph.output("inside", x);
        }
        graph.layer("pool");
        x = graph.add(new MaxPool2d(Window2d.square(2).stride(2)), x);
        x = graph.add(new Dropout(0.25f, 0), x, row);
        graph.layer("dense");
        x = graph.add(new Reshape(Shape.of(ROWS, 16)), x);
        x = graph.add(new Dense(), x, graph.parameter("dense", Shape.of(2, 16)));
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), x, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    private interface OnProgram<T> {
        T apply(Program program, ModelMemory memory);
    }

    private static <T> T with(Graph graph, OnProgram<T> use) {
        try (Backend backend = new CudaBackend(new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES));
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.BFLOAT16, memory)) {
            write(memory.parameters(), i -> 1 + i % 5);
            write(program.input("x"), i -> i * 7 % 11);
            write(program.input("weight"), i -> 1);
            program.input("row").copyIn(0, new long[] {5, 6, 7}, 0, ROWS);
            program.loadParameters();
            return use.apply(program, memory);
        }
    }

    private static void write(Buffer buffer, IntUnaryOperator numbers) {
        float[] all = new float[buffer.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = numbers.applyAsInt(i);
        }
        buffer.copyIn(0, all, 0, all.length);
    }

    private static List<String> kernels(Graph graph) {
        return with(
                graph,
                (program, memory) ->
                        program.profile(KEY, 1).stream().map(StepTime::detail).toList());
    }

    @Test
    void whatNobodyLooksAtIsNotMade() {
        assertThat(kernels(graph(false)))
                .contains(
                        "merge_statistics",
                        "normalize_pool_pixels",
                        "partial_pool_gradients",
                        "normalize_pool_pixels_gradient")
                .doesNotContain("normalize_pixels", "activate_pixels", "max_pool_pixels", "drop_pixels")
                .doesNotContain("max_pool_pixels_gradient", "drop_pixels_gradient", "activate_pixels_gradient");
    }

    @Test
    void whatIsLookedAtIsMade() {
        assertThat(kernels(graph(true)))
                .contains("normalize_pixels", "max_pool_pixels", "drop_pixels", "max_pool_pixels_gradient")
                .doesNotContain("normalize_pool_pixels", "normalize_pool_pixels_gradient");
    }

    /** Infinity first comes up behind the normalisation: in one pass with others it is still the one to be named. */
    @Test
    void theNormalisationThatOverflowsIsNamed() {
        for (boolean looksInside : new boolean[] {false, true}) {
            Graph graph = graph(looksInside);
            Optional<NonFinite> found = with(graph, (program, memory) -> {
                int at = graph.layout().parameters().entry("scale").offset();
                float[] large = new float[4];
                Arrays.fill(large, 3e38f);
                memory.parameters().copyIn(at, large, 0, 4);
                return program.findNonFinite(KEY);
            });
            assertThat(found.map(NonFinite::layer)).as("inside %s", looksInside).contains("norm");
        }
    }

    /** In whatever pass they run: the same numbers, but for what is rounded between. */
    @Test
    void bothAgree() {
        List<float[]> sums = Stream.of(false, true)
                .map(looksInside -> with(graph(looksInside), (program, memory) -> {
                    program.run(KEY);
                    float[] all = new float[memory.additive().length()];
                    memory.additive().copyOut(0, all, 0, all.length);
                    return all;
                }))
                .toList();
        double largest = 0;
        for (float sum : sums.get(0)) {
            largest = Math.max(largest, Math.abs(sum));
        }
        for (int i = 0; i < sums.get(0).length; i++) {
            assertThat((double) Math.abs(sums.get(0)[i] - sums.get(1)[i])).isLessThan(0.02 * largest);
        }
    }
}
