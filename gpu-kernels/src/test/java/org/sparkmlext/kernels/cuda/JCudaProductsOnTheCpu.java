package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.EmulatedProducts;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.FlatLayout;
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

/** Processes of {@link JCudaProductsTest}. Each ends with an exception if anything is not as it should be. */
final class JCudaProductsOnTheCpu {

    private static final int ROWS = 4;

    private JCudaProductsOnTheCpu() {}

    public static void main(String[] args) {
        switch (args[0]) {
            case "same" -> same();
            case "failure" -> System.out.println(failure());
            case "own" -> own();
            case "second" -> second();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static Backend open(GpuProducts products) {
        return Backends.open("cuda", BackendOptions.threads(1).withProducts(products))
                .backend();
    }

    /** A convolution for each of the libraries. */
    private static Graph graph() {
        GraphBuilder graph = new GraphBuilder(ROWS);
        Value x = graph.input("x", TensorType.floats(ROWS, 3, 6, 6));
        Value target = graph.input("target", TensorType.floats(ROWS, 2 * 6 * 6));
        Value weight = graph.input("weight", TensorType.floats(ROWS));
        graph.layer("first");
        x = graph.add(new Conv2d(Window2d.square(3).pad(1), 1), x, graph.parameter("first", Shape.of(9, 3, 3, 3)));
        graph.layer("second");
        x = graph.add(new Conv2d(Window2d.square(1), 1), x, graph.parameter("second", Shape.of(16, 9, 1, 1)));
        graph.layer("third");
        x = graph.add(new Conv2d(Window2d.square(3).pad(1), 1), x, graph.parameter("third", Shape.of(2, 16, 3, 3)));
        graph.layer("loss");
        x = graph.add(new Reshape(Shape.of(ROWS, 2 * 6 * 6)), x);
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), x, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    /** What is summed in two runs, the second replayed, and what computed it. */
    private static List<float[]> run(Backend backend, List<String> kernels) {
        Graph graph = graph();
        List<float[]> sums = new ArrayList<>();
        try (ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.BFLOAT16, memory)) {
            EmulatedGraphKernelsTest.write(memory.parameters(), 1);
            program.loadParameters();
            for (String input : graph.inputs().keySet()) {
                EmulatedGraphKernelsTest.write(program.input(input), input.length());
            }
            for (int step = 0; step < 2; step++) {
                program.run(new RunKey(1, step));
                sums.add(EmulatedGraphKernelsTest.read(memory.additive()));
            }
            assertThat(program.findNonFinite(new RunKey(1, 0))).isEmpty();
            program.profile(new RunKey(1, 0), 1).stream().map(StepTime::detail).forEach(kernels::add);
        }
        return sums;
    }

    /** Roundings of sums alone differ. */
    private static void same() {
        List<String> ownKernels = new ArrayList<>();
        List<float[]> own;
        try (Backend backend = open(GpuProducts.OWN)) {
            assertThat(backend.description()).isEqualTo("cuda: CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB");
            own = run(backend, ownKernels);
        }
        assertThat(ownKernels).doesNotContain("cudnn", "cublasLt");
        List<String> kernels = new ArrayList<>();
        try (Backend backend = open(GpuProducts.AUTO)) {
            assertThat(backend.description())
                    .isEqualTo(
                            "cuda: CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB; products by cuBLASLt 13.1.1, cuDNN 9.19.0, own kernels");
            List<float[]> theirs = run(backend, kernels);
            assertThat(theirs.get(1)).containsExactly(theirs.get(0));
            for (FlatLayout.Entry entry : graph().layout().parameters().entries()) {
                float[] expected = part(own.get(0), entry);
                double size = IntStream.range(0, expected.length)
                        .mapToDouble(i -> Math.abs(expected[i]))
                        .max()
                        .orElseThrow();
                assertThat(part(theirs.get(0), entry)).as(entry.name()).containsExactly(expected, within((float)
                        (0.02 * size)));
            }
            assertThat(run(backend, kernels).get(0)).containsExactly(theirs.get(0));
            // A program that was closed has given back its descriptions; handles stay with the device.
            assertThat(EmulatedProducts.objects()).isEqualTo(2);
        }
        assertThat(kernels).contains("cudnn", "cublasLt");
        assertThat(EmulatedProducts.objects()).isZero();
    }

    /** A gradient. */
    private static float[] part(float[] additive, FlatLayout.Entry entry) {
        return Arrays.copyOfRange(
                additive, entry.offset(), entry.offset() + entry.shape().elements());
    }

    private static String failure() {
        try (Backend backend = open(GpuProducts.AUTO)) {
            Throwable failed = assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> run(backend, new ArrayList<>()))
                    .actual();
            // Others may train on it.
            try (ModelMemory memory = backend.graphs().allocate(graph().layout(), true)) {
                assertThat(memory.parameters().length()).isPositive();
            }
            return String.valueOf(failed.getMessage());
        } finally {
            assertThat(EmulatedProducts.objects()).isZero();
        }
    }

    private static void second() {
        List<String> kernels = new ArrayList<>();
        try (Backend backend = open(GpuProducts.AUTO)) {
            run(backend, kernels);
        }
        assertThat(kernels).contains("cudnn", "cublasLt");
        System.out.println("opened");
    }

    /** No library has, or is, what is needed: own kernels compute all. */
    private static void own() {
        List<String> kernels = new ArrayList<>();
        try (Backend backend = open(GpuProducts.AUTO)) {
            System.out.println(backend.description());
            run(backend, kernels);
        }
        assertThat(kernels).isNotEmpty().doesNotContain("cudnn", "cublasLt");
    }
}
