package org.sparkmlext.kernels.cuda.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * How many launches a training step takes, of the network that {@code docs/performance.md} measures: what small ones cost is the launch. The
 * step is compiled, not run. {@code -Dlaunches.print=true} prints them.
 */
@Timeout(120)
class StepLaunchesTest {

    private static final int ROWS = 512;

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    /** The preset {@code vgg-cifar} on images of 32 x 32 bytes, with 10 classes. */
    private static Graph vggCifar() {
        GraphBuilder graph = new GraphBuilder(ROWS);
        Value x = graph.input("images", new TensorType(Element.BYTE, Shape.of(ROWS, 32, 32, 3)));
        Value row = graph.input("row", new TensorType(Element.LONG, Shape.of(ROWS)));
        graph.layer("pixels");
        x = graph.add(new Image(List.of(1f, 1f, 1f), List.of(0f, 0f, 0f)), x);
        int channels = 3;
        int[] filters = {64, 128, 256};
        for (int block = 0; block < filters.length; block++) {
            for (int conv = 0; conv < 2; conv++) {
                String name = "conv" + block + conv;
                graph.layer(name);
                Value weights = graph.parameter(name, Shape.of(filters[block], channels, 3, 3));
                Value bias = graph.parameter(name + ".bias", Shape.of(filters[block]));
                x = graph.add(new Conv2d(Window2d.square(3).pad(1), 1), x, weights, bias);
                channels = filters[block];
                x = normal(graph, "norm" + block + conv, x, channels);
            }
            graph.layer("pool" + block);
            x = graph.add(new MaxPool2d(Window2d.square(2).stride(2)), x);
            x = graph.add(new Dropout(0.25f, block), x, row);
        }
        graph.layer("flatten");
        int width = graph.type(x).shape().elementsPerRow();
        x = graph.add(new Reshape(Shape.of(ROWS, width)), x);
        x = normal(graph, "norm", dense(graph, "dense", x, 512), 512);
        x = graph.add(new Dropout(0.5f, 3), x, row);
        x = dense(graph, "head", x, 10);
        graph.layer("loss");
        Value targets = graph.input("targets", new TensorType(Element.INT, Shape.of(ROWS)));
        Value weights = graph.input("weights", TensorType.floats(ROWS));
        Node loss = graph.addNode(new Loss(new LossFunction.CrossEntropy(0, 0)), x, targets, weights);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        graph.sum("correct", graph.add(new Correct(), x, targets, weights));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    private static Value dense(GraphBuilder graph, String name, Value x, int units) {
        graph.layer(name);
        Value weights =
                graph.parameter(name, Shape.of(units, graph.type(x).shape().size(1)));
        return graph.add(new Dense(), x, weights, graph.parameter(name + ".bias", Shape.of(units)));
    }

    private static Value normal(GraphBuilder graph, String name, Value x, int channels) {
        graph.layer(name);
        Value scale = graph.parameter(name + ".scale", Shape.of(channels));
        Node norm = graph.addNode(new BatchNorm(1e-3f), x, scale, graph.parameter(name + ".shift", Shape.of(channels)));
        graph.state(name + ".mean", Shape.of(channels));
        graph.state(name + ".variance", Shape.of(channels));
        graph.statistic(name + ".mean", norm.output(1));
        graph.statistic(name + ".variance", norm.output(2));
        return graph.add(Activation.of(Activation.Function.RELU), norm.output(0));
    }

    private static List<Launch> launches(Graph graph, Precision precision) {
        try (Backend backend =
                        Backends.open("emulated", BackendOptions.threads(1)).backend();
                ModelMemory model = backend.graphs().allocate(graph.layout(), true)) {
            CudaGraphKernels kernels = (CudaGraphKernels) backend.graphs();
            try (ProgramMemory memory = new ProgramMemory(kernels, graph, model)) {
                Compilation compilation = new Compilation(
                        graph, precision, memory, kernels.device().facts(), shape -> Optional.empty());
                new GraphCompiler(compilation).compile();
                List<Launch> launches = compilation.launches().all();
                if (Boolean.getBoolean("launches.print")) {
                    print(launches);
                }
                return launches;
            }
        }
    }

    /** Bytes: of all that a launch is given, each once. */
    private static void print(List<Launch> launches) {
        for (Launch launch : launches) {
            long bytes = Arrays.stream(launch.arguments())
                    .mapToLong(argument -> argument instanceof Slot slot ? slot.bytes() : 0)
                    .sum();
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %-22s %-32s %12.3f MB%n",
                    launch.layer(),
                    launch.op(),
                    launch.kernel(),
                    bytes / 1e6);
        }
    }

    @Test
    void ofVggCifar() {
        assertThat(launches(vggCifar(), Precision.BFLOAT16)).hasSize(67);
    }
}
