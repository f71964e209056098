package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/** Which float32 convolutions tensor cores compute, and that they make the numbers that plain tiles make. */
@Timeout(120)
class Float32ConvolutionsTest {

    private static final String LAYER = "tested";
    private static final RunKey KEY = new RunKey(1, 2);
    /** In parts of the largest number: a tenth of what the contract allows against doubles. */
    private static final double TOLERANCE = 1e-5;

    /**
     * A convolution of images of 11 x 9 pixels.
     *
     * @param kernels what computes it, its images' gradient and its weights' gradient from compute capability 8.0 on
     * @param before what does before
     */
    record Case(
            int rows,
            int channels,
            int outputs,
            Window2d window,
            int groups,
            List<String> kernels,
            List<String> before) {
        int height() {
            return window.outputHeight(11);
        }

        int width() {
            return window.outputWidth(9);
        }
    }

    static Stream<Case> cases() {
        List<String> tensor = List.of("gather_64x64", "gather_64x64", "gather_weights_64x128");
        List<String> plain = List.of("convolve_small", "convolve_images_small", "convolve_weights_small");
        List<String> wide = List.of("convolve_small", "convolve_images_large", "convolve_weights_small");
        List<String> few = List.of("convolve_few", "convolve_few_images", "convolve_few_weights");
        return Stream.of(
                new Case(1, 70, 24, Window2d.square(3).pad(1), 1, tensor, wide),
                new Case(3, 70, 5, new Window2d(3, 2, 1, 1, 1, 0, 1, 0, 2, 3), 1, tensor, wide),
                // What has no such kernel stays where it was.
                new Case(
                        2,
                        70,
                        6,
                        Window2d.square(3).stride(2).pad(1),
                        1,
                        List.of("gather_64x64", "convolve_images_large", "gather_weights_64x128"),
                        wide),
                new Case(2, 8, 6, Window2d.square(3).pad(1), 2, plain, plain),
                new Case(2, 8, 8, Window2d.square(3).pad(1), 8, few, few),
                new Case(2, 8, 6, Window2d.square(6).pad(1), 1, plain, plain));
    }

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    private static Graph graph(Case one) {
        GraphBuilder graph = new GraphBuilder(one.rows());
        int numbers = one.outputs() * one.height() * one.width();
        Value x = graph.input("x", TensorType.floats(one.rows(), 3, 11, 9));
        Value target = graph.input("target", TensorType.floats(one.rows(), numbers));
        Value weight = graph.input("weight", TensorType.floats(one.rows()));
        graph.layer("first");
        x = graph.add(
                new Conv2d(Window2d.square(1), 1), x, graph.parameter("first", Shape.of(one.channels(), 3, 1, 1)));
        graph.layer(LAYER);
        Window2d window = one.window();
        int channels = one.channels() / one.groups();
        Shape weights = Shape.of(one.outputs(), channels, window.kernelHeight(), window.kernelWidth());
        Value bias = graph.parameter("bias", Shape.of(one.outputs()));
        x = graph.add(new Conv2d(window, one.groups()), x, graph.parameter("weights", weights), bias);
        graph.layer("loss");
        x = graph.add(new Reshape(Shape.of(one.rows(), numbers)), x);
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), x, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    /** What a device makes of it: kernels of the layer in question, and gradients with the loss. */
    private record Made(List<String> kernels, float[] additive) {}

    private static Made run(Graph graph, int major, int minor) {
        try (Backend backend = new CudaBackend(EmulatedDevice.ofCapability(major, minor));
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            Random random = new Random(11);
            write(memory.parameters(), random);
            graph.inputs().keySet().forEach(name -> write(program.input(name), random));
            program.loadParameters();
            program.run(KEY);
            List<String> kernels = program.profile(KEY, 1).stream()
                    .filter(step -> step.layer().equals(LAYER))
                    .map(StepTime::detail)
                    .filter(kernel -> kernel.startsWith("gather") || kernel.startsWith("convolve"))
                    .toList();
            return new Made(kernels, EmulatedGraphKernelsTest.read(memory.additive()));
        }
    }

    private static void write(Buffer buffer, Random random) {
        float[] numbers = new float[buffer.length()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        buffer.copyIn(0, numbers, 0, numbers.length);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tensorCoresComputeWhatTheirKernelsTake(Case one) {
        Graph graph = graph(one);
        Made before = run(graph, 7, 5);
        Made made = run(graph, 8, 0);
        assertThat(before.kernels()).containsExactlyInAnyOrderElementsOf(one.before());
        assertThat(made.kernels()).containsExactlyInAnyOrderElementsOf(one.kernels());
        double largest = 0;
        for (float number : before.additive()) {
            largest = Math.max(largest, Math.abs(number));
        }
        for (int i = 0; i < made.additive().length; i++) {
            assertThat((double) Math.abs(made.additive()[i] - before.additive()[i]))
                    .isLessThanOrEqualTo(TOLERANCE * largest);
        }
    }
}
