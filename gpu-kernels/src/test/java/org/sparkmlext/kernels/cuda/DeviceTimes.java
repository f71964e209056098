package org.sparkmlext.kernels.cuda;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.GpuRuntime;
import org.sparkmlext.kernels.cuda.device.JCudaCalls;
import org.sparkmlext.kernels.cuda.device.JCudaDevice;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;
import org.sparkmlext.kernels.cuda.graph.CudaGraphKernels;
import org.sparkmlext.kernels.graph.ImageTransform;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StoredImages;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

/** What a device does when it is driven from Java: a root's histogram, launches, batches of images, copies. Prints one line each. */
final class DeviceTimes {

    private static final int NUM_ROWS = 10_000_000;
    private static final int NUM_FEATURES = 28;
    private static final int NUM_BINS = 256;
    private static final int WINDOWS = 7;
    private static final int LAUNCHES = 100;
    private static final int COPY_BYTES = 256 << 20;

    private final CudaDevice device;

    private DeviceTimes(CudaDevice device) {
        this.device = device;
    }

    public static void main(String[] args) {
        System.out.println("GPU: " + GpuRuntime.look(0));
        long begin = System.nanoTime();
        try (CudaDevice device = new CudaDevice(JCudaDevice.open(0))) {
            System.out.printf(Locale.ROOT, "opened in %.0f ms%n", (System.nanoTime() - begin) / 1e6);
            begin = System.nanoTime();
            device.kernel("tree", "clear_histograms");
            System.out.printf(Locale.ROOT, "tree.ptx loaded in %.0f ms%n", (System.nanoTime() - begin) / 1e6);
            DeviceTimes times = new DeviceTimes(device);
            times.launches();
            times.images();
            times.histograms();
            times.copies();
        }
    }

    /** Median milliseconds of some windows by the device's own clock. */
    private double milliseconds(Runnable body) {
        DeviceEvent begin = device.event();
        DeviceEvent end = device.event();
        body.run();
        double[] times = new double[WINDOWS];
        for (int w = 0; w < WINDOWS; w++) {
            begin.record(Lane.LAUNCHES);
            body.run();
            end.record(Lane.LAUNCHES);
            end.await();
            times[w] = end.millisSince(begin);
        }
        device.discard(begin);
        device.discard(end);
        Arrays.sort(times);
        return times[WINDOWS / 2];
    }

    private void launches() {
        try (CudaBuffer slot = device.allocate(ElementType.INT, 1);
                CudaBuffer out = device.allocate(ElementType.LONG, 1)) {
            DeviceKernel kernel = device.kernel("tree", "clear_histograms");
            Grid one = new Grid(1, 1, 1, 32);
            int many = 100 * LAUNCHES;
            double[] host = new double[1];
            double ms = milliseconds(() -> {
                long begin = System.nanoTime();
                for (int i = 0; i < many; i++) {
                    kernel.launch(one, out.memory(), slot.memory(), 0);
                }
                host[0] = (System.nanoTime() - begin) / 1e3 / many;
            });
            System.out.printf(
                    Locale.ROOT,
                    "%d empty launches: %.2f us each on the device, %.2f us each to make%n",
                    many,
                    ms * 1e3 / many,
                    host[0]);
            LaunchGraph graph = device.record(() -> {
                for (int i = 0; i < LAUNCHES; i++) {
                    kernel.launch(one, out.memory(), slot.memory(), 0);
                }
            });
            double replayed = milliseconds(() -> {
                long begin = System.nanoTime();
                for (int i = 0; i < LAUNCHES; i++) {
                    graph.launch();
                }
                host[0] = (System.nanoTime() - begin) / 1e3 / LAUNCHES;
            });
            device.discard(graph);
            System.out.printf(
                    Locale.ROOT,
                    "a graph of %d empty launches: %.2f us a launch on the device, %.2f us to replay it all%n",
                    LAUNCHES,
                    replayed * 1e3 / many,
                    host[0]);
            double[] rounds = new double[LAUNCHES];
            for (int i = 0; i < LAUNCHES; i++) {
                long begin = System.nanoTime();
                kernel.launch(one, out.memory(), slot.memory(), 0);
                device.finish();
                rounds[i] = (System.nanoTime() - begin) / 1e3;
            }
            Arrays.sort(rounds);
            System.out.printf(Locale.ROOT, "a launch and a wait for it: %.1f us%n", rounds[LAUNCHES / 2]);
            smallCopies(out);
        }
    }

    /** What lists of tasks and results cost the host. */
    private void smallCopies(CudaBuffer buffer) {
        long[] value = new long[1];
        double in = seconds(() -> {
            for (int i = 0; i < LAUNCHES; i++) {
                buffer.copyIn(0, value, 0, 1);
            }
        });
        double out = seconds(() -> {
            for (int i = 0; i < LAUNCHES; i++) {
                buffer.copyOut(0, value, 0, 1);
            }
        });
        System.out.printf(
                Locale.ROOT,
                "copies of 8 bytes: to the device %.2f us each, from it, waited for, %.2f us each%n",
                in * 1e6 / LAUNCHES,
                out * 1e6 / LAUNCHES);
    }

    /** Batches of 512 stored images of 32 x 32 x 3: copied, and changed in every way. */
    private void images() {
        int batch = 512;
        Shape image = Shape.of(32, 32, 3);
        int[] numbers = new SplittableRandom(3).ints(batch, 0, 50_000).toArray();
        ImageTransform transform = new ImageTransform(
                new ImageTransform.Affine(1.3, -0.9, -0.2, 0.97, 63_570, 13_107),
                1.1,
                0.8,
                90_000,
                new ImageTransform.Box(3, 9, 4, 20));
        List<ImageTransform> transforms = Collections.nCopies(batch, transform);
        try (StoredImages stored =
                        new CudaGraphKernels(device).storeImages(50_000, image).orElseThrow();
                CudaBuffer target = device.allocate(ElementType.BYTE, batch * image.elements())) {
            double copied = milliseconds(() -> {
                for (int i = 0; i < LAUNCHES; i++) {
                    stored.gather(numbers, 0, batch, target);
                }
            });
            double changed = milliseconds(() -> {
                for (int i = 0; i < LAUNCHES; i++) {
                    stored.gather(numbers, 0, transforms, target);
                }
            });
            System.out.printf(
                    Locale.ROOT,
                    "a batch of %d stored images of %s, with its numbers' way: copied %.1f us, changed %.1f us%n",
                    batch,
                    image,
                    copied * 1e3 / LAUNCHES,
                    changed * 1e3 / LAUNCHES);
        }
    }

    private void histograms() {
        byte[] rows = new byte[NUM_ROWS * HistogramLaunch.rowBytes(NUM_FEATURES)];
        new SplittableRandom(1).nextBytes(rows);
        SplittableRandom random = new SplittableRandom(2);
        long[] packed = random.longs(NUM_ROWS)
                .map(bits -> (long) ((int) (bits >> 32) >> 1) << 32 | ((int) bits >>> 2 | 1))
                .toArray();
        int[] offsets =
                IntStream.rangeClosed(0, NUM_FEATURES).map(f -> f * NUM_BINS).toArray();
        int slotLength = NUM_FEATURES * NUM_BINS * 2;
        try (CudaBuffer bins = device.allocate(ElementType.BYTE, rows.length);
                CudaBuffer gradients = device.allocate(ElementType.LONG, NUM_ROWS);
                CudaBuffer offset = ints(offsets);
                CudaBuffer begins = ints(0);
                CudaBuffer ends = ints(NUM_ROWS);
                CudaBuffer slots = ints(0);
                CudaBuffer order = ints(IntStream.range(0, NUM_ROWS).toArray());
                CudaBuffer out = device.allocate(ElementType.LONG, slotLength)) {
            bins.copyIn(0, rows, 0, rows.length);
            gradients.copyIn(0, packed, 0, NUM_ROWS);
            for (Precision precision : Precision.values()) {
                HistogramLaunch plan = HistogramLaunch.of(
                        NUM_FEATURES, precision, false, device.facts().sharedBytes());
                DeviceKernel kernel = device.kernel("tree", plan.kernel(), plan.sharedBytes());
                for (CudaBuffer list : new CudaBuffer[] {null, order}) {
                    double best = Double.MAX_VALUE;
                    for (int waves = 1; waves <= 2; waves++) {
                        int blocks = waves * device.facts().numMultiprocessors();
                        int rowsPerBlock =
                                Math.min(HistogramLaunch.MAX_ROWS_PER_BLOCK, (NUM_ROWS + blocks - 1) / blocks);
                        Grid grid = new Grid(
                                (NUM_ROWS + rowsPerBlock - 1) / rowsPerBlock,
                                plan.numGroups(),
                                1,
                                HistogramLaunch.NUM_THREADS);
                        double ms = milliseconds(() -> {
                            for (int i = 0; i < LAUNCHES; i++) {
                                kernel.launch(
                                        grid,
                                        bins.memory(),
                                        plan.rowBytes(),
                                        NUM_FEATURES,
                                        offset.memory(),
                                        gradients.memory(),
                                        list == null ? null : list.memory(),
                                        begins.memory(),
                                        ends.memory(),
                                        slots.memory(),
                                        rowsPerBlock,
                                        out.memory(),
                                        slotLength);
                            }
                        });
                        best = Math.min(best, ms / LAUNCHES);
                    }
                    System.out.printf(
                            Locale.ROOT,
                            "%s, 10M x 28, root%s: %.4f ms, %.3e rows x features/s%n",
                            plan.kernel(),
                            list == null ? "" : " by order",
                            best,
                            (double) NUM_ROWS * NUM_FEATURES / best * 1e3);
                }
            }
        }
    }

    private void copies() {
        byte[] array = new byte[COPY_BYTES];
        Pointer pinned = new Pointer();
        CUdeviceptr memory = new CUdeviceptr();
        JCudaCalls.check(JCudaDriver.cuMemAllocHost(pinned, COPY_BYTES), "pinning memory");
        JCudaCalls.check(JCudaDriver.cuMemAlloc(memory, COPY_BYTES), "allocating memory");
        for (boolean isPinned : new boolean[] {false, true}) {
            Pointer host = isPinned ? pinned : Pointer.to(array);
            double in = seconds(() ->
                    JCudaCalls.check(JCudaDriver.cuMemcpyHtoD(memory, host, COPY_BYTES), "copying to the device"));
            double out = seconds(() ->
                    JCudaCalls.check(JCudaDriver.cuMemcpyDtoH(host, memory, COPY_BYTES), "copying from the device"));
            System.out.printf(
                    Locale.ROOT,
                    "copies of 256 MiB, %s: to the device %.1f GB/s, from it %.1f GB/s%n",
                    isPinned ? "pinned memory" : "a Java array",
                    COPY_BYTES / in / 1e9,
                    COPY_BYTES / out / 1e9);
        }
        try (CudaBuffer buffer = device.allocate(ElementType.BYTE, COPY_BYTES)) {
            double in = seconds(() -> {
                buffer.copyIn(0, array, 0, COPY_BYTES);
                device.finish();
            });
            double out = seconds(() -> buffer.copyOut(0, array, 0, COPY_BYTES));
            System.out.printf(
                    Locale.ROOT,
                    "copies of 256 MiB, a Java array through pinned chunks: to the device %.1f GB/s, from it %.1f GB/s%n",
                    COPY_BYTES / in / 1e9,
                    COPY_BYTES / out / 1e9);
        }
        JCudaCalls.check(JCudaDriver.cuMemFree(memory), "freeing memory");
        JCudaCalls.check(JCudaDriver.cuMemFreeHost(pinned), "freeing pinned memory");
    }

    private static double seconds(Runnable body) {
        double[] times = new double[WINDOWS];
        body.run();
        for (int w = 0; w < WINDOWS; w++) {
            long begin = System.nanoTime();
            body.run();
            times[w] = (System.nanoTime() - begin) / 1e9;
        }
        Arrays.sort(times);
        return times[WINDOWS / 2];
    }

    private CudaBuffer ints(int... values) {
        CudaBuffer buffer = device.allocate(ElementType.INT, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }
}
