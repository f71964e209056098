package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.GraphKernelsContract;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StoredImages;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WrongInputsContract;

/** Networks of the CUDA back end, all of it but the driver, obey the whole contract, and give all their memory back. */
@Timeout(600)
class EmulatedGraphKernelsTest {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    private static Backend openBackend() {
        return new CudaBackend(new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES));
    }

    @Nested
    class Contract extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return openBackend();
        }
    }

    @Nested
    class WrongInputs extends WrongInputsContract {
        @Override
        protected Backend open() {
            return openBackend();
        }
    }

    /** In bfloat16 the first kernel of such a program could not be loaded. */
    @Test
    void bfloat16IsRefusedBeforeAmpere() {
        Graph graph = graph();
        try (Backend backend = new CudaBackend(EmulatedDevice.ofCapability(7, 5));
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true)) {
            assertThat(backend.graphs().supports(Precision.FLOAT32).isAvailable())
                    .isTrue();
            assertThat(backend.graphs().supports(Precision.BFLOAT16).isAvailable())
                    .isFalse();
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> backend.graphs().compile(graph, Precision.BFLOAT16, memory))
                    .withMessageContaining("bfloat16 needs compute capability 8.0")
                    .withMessageContaining("sm_75")
                    .withMessageContaining("precision=float32");
            backend.graphs().compile(graph, Precision.FLOAT32, memory).close();
        }
        try (Backend backend = new CudaBackend(EmulatedDevice.ofCapability(8, 0))) {
            assertThat(backend.graphs().supports(Precision.BFLOAT16).isAvailable())
                    .isTrue();
        }
    }

    private static Graph graph() {
        GraphBuilder graph = new GraphBuilder(5);
        Value x = graph.input("x", TensorType.floats(5, 7));
        Value target = graph.input("target", TensorType.floats(5, 2));
        Value weight = graph.input("weight", TensorType.floats(5));
        graph.layer("dense");
        Value y = graph.add(new Dense(), x, graph.parameter("w", Shape.of(2, 7)), graph.parameter("b", Shape.of(2)));
        graph.output("y", y);
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), y, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    /** Whichever allocation finds no memory: an error with numbers, and nothing that the failed call had allocated stays behind. */
    @Test
    void memoryThatEndsAnywhereIsGivenBack() {
        Graph graph = graph();
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false));
        int most = 0;
        while (true) {
            EmulatedDevice device = new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES, most);
            try (CudaBackend backend = new CudaBackend(device)) {
                long free = backend.device().freeBytes();
                try (ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                        Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory);
                        Optimizer optimizer = backend.graphs().optimizer(settings, memory)) {
                    program.loadParameters();
                    program.run(new RunKey(0, 0));
                    assertThat(optimizer.update(0, 0.1f)).isZero();
                    break;
                } catch (KernelException failed) {
                    assertThat(failed)
                            .hasMessageContaining("cuda: no memory for ")
                            .hasMessageContaining("Take a smaller");
                }
                assertThat(backend.device().freeBytes())
                        .as("after %d allocations", most)
                        .isEqualTo(free);
            }
            most++;
        }
        assertThat(most).as("allocations of a training step").isGreaterThan(6);
    }

    /** Images take a half of what is free at most, and another device's batch is not theirs. */
    @Test
    void imagesAreStoredWhereTheyLeaveRoom() {
        Shape image = Shape.of(64, 64, 4);
        EmulatedDevice device = new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES);
        try (Backend backend = new CudaBackend(device);
                Backend other = openBackend();
                Buffer batch = other.allocate(ElementType.BYTE, image.elements())) {
            device.leave(32L * image.elements());
            assertThat(backend.graphs().storeImages(17, image)).isEmpty();
            Optional<StoredImages> half = backend.graphs().storeImages(16, image);
            assertThat(half).isPresent();
            assertThat(device.freeBytes()).isEqualTo(16L * image.elements());
            assertThat(backend.graphs().storeImages(9, image)).isEmpty();
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> half.orElseThrow().gather(new int[1], 0, 1, batch))
                    .withMessageContaining("belong to another back end");
            half.orElseThrow().close();
            half.orElseThrow().close();
            assertThat(backend.graphs().storeImages(16, image)).isPresent();
        }
        try (Backend full = new CudaBackend(new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES, 0))) {
            assertThat(full.graphs().storeImages(1, image))
                    .as("memory that went meanwhile")
                    .isEmpty();
        }
    }

    /** Three layers, each with more gradients than a cut of the launches waits for. */
    static Graph wideGraph() {
        GraphBuilder graph = new GraphBuilder(3);
        Value x = graph.input("x", TensorType.floats(3, 512));
        Value target = graph.input("target", TensorType.floats(3, 600));
        Value weight = graph.input("weight", TensorType.floats(3));
        Value y = x;
        int[] widths = {512, 600, 512, 600};
        for (int i = 1; i < widths.length; i++) {
            graph.layer("dense" + i);
            y = graph.add(
                    new Dense(),
                    y,
                    graph.parameter("w" + i, Shape.of(widths[i], widths[i - 1])),
                    graph.parameter("b" + i, Shape.of(widths[i])));
        }
        Node loss = graph.addNode(new Loss(new LossFunction.SquaredError()), y, target, weight);
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        return graph.buildTraining(name -> true, loss.output(0));
    }

    private static float[] numbers(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * 0.1f;
        }
        return values;
    }

    static void write(Buffer buffer, long seed) {
        buffer.copyIn(0, numbers(buffer.length(), seed), 0, buffer.length());
    }

    static float[] read(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }

    /** On a device that does nothing before it must: what is copied is final, and what comes behind it is not done for it. */
    @Test
    void aListenerCopiesFinalGradientsWhileTheRestIsStillToBeComputed() {
        Graph graph = wideGraph();
        EmulatedDevice device = new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES);
        try (Backend backend = new CudaBackend(device);
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            write(memory.parameters(), 1);
            program.loadParameters();
            for (String input : graph.inputs().keySet()) {
                write(program.input(input), input.length());
            }
            program.run(new RunKey(0, 0));
            float[] old = read(memory.additive());
            for (int run = 0; run < 3; run++) {
                write(program.input("x"), 10 + run);
                float[] heard = new float[old.length];
                List<Integer> undone = new ArrayList<>();
                program.run(new RunKey(0, 0), (from, to) -> {
                    memory.additive().copyOut(from, heard, from, to - from);
                    undone.add(device.undone());
                });
                assertThat(heard).isEqualTo(read(memory.additive())).isNotEqualTo(old);
                assertThat(undone.get(0))
                        .as("launches that the first copy did not wait for")
                        .isPositive();
                assertThat(new TreeSet<>(undone)).as("cuts").hasSizeBetween(3, 4);
                float[] whole = heard.clone();
                program.run(new RunKey(0, 0));
                assertThat(read(memory.additive())).as("as one graph").isEqualTo(whole);
                old = whole;
            }
        }
    }
}
