package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.GpuRuntime;
import org.sparkmlext.kernels.cuda.device.JCudaDevice;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ImageTransform;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.StoredImages;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.kernels.tree.PointwiseLoss;

/** The process of {@link JCudaDeviceTest}. Ends with an exception if anything is not as it should be. */
final class JCudaOnTheCpu {

    private static final int STEPS = 3;

    private JCudaOnTheCpu() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        System.out.println(GpuRuntime.look(0));
        System.out.println("the contract of a device: " + contract() + " tests");
        refusals();
        assertThat(network(JCudaDevice.open(0))).isDeepEqualTo(network(emulated()));
        System.out.println("a network: the same bits");
        try (Backend backend = new CudaBackend(JCudaDevice.open(0));
                Backend expected = new CudaBackend(emulated())) {
            assertThat(boosting(backend)).isEqualTo(boosting(expected));
        }
        System.out.println("boosting: the same bits");
        assertThat(images(JCudaDevice.open(0))).isDeepEqualTo(images(emulated()));
        System.out.println("images: the same bytes");
        try (Backend backend = new CudaBackend(JCudaDevice.open(0))) {
            System.out.println(backend.graphs().directSums().availability());
            OneRankSums.check(backend);
            System.out.println("sums of a group of one");
        }
    }

    private static OpenDevice emulated() {
        return new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES);
    }

    private static int contract() throws ReflectiveOperationException {
        int count = 0;
        for (Method test : DeviceContract.class.getDeclaredMethods()) {
            if (test.isAnnotationPresent(Test.class)) {
                DeviceContract contract = new DeviceContract() {
                    @Override
                    protected OpenDevice open() {
                        return JCudaDevice.open(0);
                    }
                };
                contract.openDevice();
                test.invoke(contract);
                contract.close();
                count++;
            }
        }
        return count;
    }

    private static void refusals() {
        try (CudaDevice device = new CudaDevice(JCudaDevice.open(0))) {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> device.kernel("elements", "no_such_kernel"))
                    .withMessageContaining("finding no_such_kernel in elements.ptx failed");
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> device.allocate(ElementType.LONG, Integer.MAX_VALUE))
                    .withMessageContaining("17179869176 bytes asked, 4294967296 bytes free of 4294967296");
            // What cannot be recorded is an error with the driver's reason.
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> device.record(() -> device.allocate(1000, "something")))
                    .withMessageContaining("CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED");
            device.finish();
        }
    }

    /** Numbers of a training: what a listener copies, norms, parameters and what the optimiser keeps. */
    private static float[][] network(OpenDevice driver) {
        Graph graph = EmulatedGraphKernelsTest.wideGraph();
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, true));
        List<float[]> numbers = new ArrayList<>();
        try (Backend backend = new CudaBackend(driver);
                ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, Precision.FLOAT32, memory);
                Optimizer optimizer = backend.graphs().optimizer(settings, memory)) {
            EmulatedGraphKernelsTest.write(memory.parameters(), 1);
            program.loadParameters();
            for (String input : graph.inputs().keySet()) {
                EmulatedGraphKernelsTest.write(program.input(input), input.length());
            }
            for (int step = 0; step < STEPS; step++) {
                float[] heard = new float[memory.additive().length()];
                program.run(new RunKey(1, step), (from, to) -> memory.additive().copyOut(from, heard, from, to - from));
                numbers.add(heard);
                numbers.add(new float[] {(float) optimizer.update(step, 0.01f)});
                program.run(new RunKey(1, step));
                numbers.add(EmulatedGraphKernelsTest.read(memory.additive()));
            }
            numbers.add(EmulatedGraphKernelsTest.read(memory.parameters()));
            numbers.add(EmulatedGraphKernelsTest.read(optimizer.slots()));
            assertThat(program.findNonFinite(new RunKey(1, 0))).isEmpty();
            assertThat(program.profile(new RunKey(1, 0), 1))
                    .isNotEmpty()
                    .extracting(StepTime::millis)
                    .allMatch(millis -> millis >= 0);
        }
        return numbers.toArray(float[][]::new);
    }

    /** Batches of stored images, copied by words, copied by bytes, and changed. */
    private static byte[][] images(OpenDevice driver) {
        ImageTransform turned = new ImageTransform(
                new ImageTransform.Affine(1.3, -0.9, -0.2, 0.97, 63_570, 13_107),
                1.1,
                0.8,
                90_000,
                new ImageTransform.Box(1, 3, 2, 4));
        int[] numbers = {4, 0, 2};
        List<byte[]> batches = new ArrayList<>();
        try (Backend backend = new CudaBackend(driver)) {
            for (Shape image : List.of(Shape.of(8, 8, 3), Shape.of(7, 5, 3))) {
                byte[] pixels = new byte[5 * image.elements()];
                new Random(3).nextBytes(pixels);
                try (StoredImages stored =
                                backend.graphs().storeImages(5, image).orElseThrow();
                        Buffer batch = backend.allocate(ElementType.BYTE, 3 * image.elements())) {
                    stored.write(0, pixels, 0, 5);
                    stored.gather(numbers, 0, 3, batch);
                    batches.add(bytes(batch));
                    stored.gather(numbers, 0, List.of(turned, ImageTransform.IDENTITY, turned), batch);
                    batches.add(bytes(batch));
                }
            }
        }
        return batches.toArray(byte[][]::new);
    }

    private static byte[] bytes(Buffer buffer) {
        byte[] bytes = new byte[buffer.length()];
        buffer.copyOut(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Launches with doubles, and with an array of addresses. */
    static String boosting(Backend backend) {
        Function<Integer, Buffer> floats = seed -> {
            Buffer buffer = backend.allocate(ElementType.FLOAT, 1000);
            EmulatedGraphKernelsTest.write(buffer, seed);
            return buffer;
        };
        List<Buffer> scores = List.of(floats.apply(1));
        double[] maxima =
                backend.trees().maxGradients(PointwiseLoss.huber(0.05), scores, floats.apply(2), floats.apply(3));
        return Arrays.toString(maxima);
    }
}
