package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/** Memory outside the heap: counted, reused, and given back whatever happens. */
class CpuGraphMemoryTest {

    private static final int FITS = 4;

    private static Backend open(int threads) {
        return Backends.open("cpu", BackendOptions.threads(threads)).backend();
    }

    /**
     * In a process of its own, whose heap is touched from end to end before it starts: else what the heap grows by would be taken for
     * native memory.
     */
    @Test
    void twoHundredProgramsLeaveTheProcessAsBigAsItWas() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isReadable(ManyPrograms.STATUS), "resident memory is read from " + ManyPrograms.STATUS);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyPrograms.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        Matcher grown =
                Pattern.compile("grown by (-?\\d+) bytes, counted (\\d+) bytes").matcher(output);
        assertThat(grown.find()).as(output).isTrue();
        // 150 programs whose own memory leaked would take 100 MB.
        assertThat(Long.parseLong(grown.group(1))).as(output).isLessThan(40L << 20);
        assertThat(Long.parseLong(grown.group(2))).as(output).isZero();
    }

    /** A chain of convolutions and activations that read their input, so that little can be shared. */
    private static Graph chain(int rows, int size, int length) {
        GraphBuilder builder = new GraphBuilder(rows);
        Value x = builder.input("x", TensorType.floats(rows, 16, size, size));
        for (int i = 0; i < length; i++) {
            builder.layer("conv" + i);
            Value w = builder.parameter("w" + i, Shape.of(16, 16, 3, 3));
            x = builder.add(new Conv2d(Window2d.square(3).pad(1), 1), x, w);
            x = builder.add(Activation.of(Activation.Function.SOFTPLUS), x);
        }
        builder.output("y", x);
        return builder.build();
    }

    @Test
    void valuesThatAreDoneMakeRoomForOthers() {
        try (Backend backend = open(1)) {
            long few = bytes(backend, chain(8, 32, 3));
            long many = bytes(backend, chain(8, 32, 12));
            assertThat(many).isLessThan(few + few / 10);
        }
    }

    private static long bytes(Backend backend, Graph graph) {
        try (ModelMemory memory = backend.graphs().allocate(graph.layout(), false);
                var program = backend.graphs().compile(graph, Precision.FLOAT32, memory)) {
            return program.memoryBytes();
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndLeavesNothing() {
        GraphBuilder builder = new GraphBuilder(1 << 20);
        Value[] inputs = new Value[40];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = builder.input("x" + i, TensorType.floats(1 << 20, 2000));
        }
        builder.output("y", builder.add(new Sum(), inputs));
        refuses(builder.build(), "bytes asked", "smaller batch");
    }

    @Test
    void whatTheLibraryCannotDoIsRefusedWithTheLayerAndLeavesNothing() {
        GraphBuilder builder = new GraphBuilder(2);
        Value x = builder.input("x", TensorType.floats(2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3));
        builder.output("y", builder.add(Activation.of(Activation.Function.TANH), x));
        refuses(builder.build(), "layer 'input'", "cannot be compiled");
    }

    private static void refuses(Graph graph, String... named) {
        try (Backend backend = open(1);
                ModelMemory memory = backend.graphs().allocate(graph.layout(), false)) {
            long before = NativeMemory.allocatedBytes();
            assertThatThrownBy(() -> backend.graphs().compile(graph, Precision.FLOAT32, memory))
                    .isInstanceOf(KernelException.class)
                    .message()
                    .contains(named);
            assertThat(NativeMemory.allocatedBytes()).isEqualTo(before);
        }
    }

    @Test
    void aProgramRunsOnAnotherThreadThanItWasCompiledOn() {
        try (Backend backend = open(2);
                Training here = new Training(backend.graphs(), Networks.tiny(FITS), Precision.FLOAT32);
                Training there = new Training(backend.graphs(), Networks.tiny(FITS), Precision.FLOAT32)) {
            double expected = here.step() + here.step();
            double found = CompletableFuture.supplyAsync(there::step).join()
                    + CompletableFuture.supplyAsync(there::step).join();
            assertThat(found).isEqualTo(expected);
        }
    }
}
