package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;
import org.sparkmlext.kernels.cuda.device.OpenDevice;

/** What the back end relies on of a device: the order of launches and copies, recordings, memory that is kept. */
abstract class DeviceContract {

    /** More than what goes through pinned memory at once, and no multiple of it. */
    private static final int LONG = (9 << 20) / Float.BYTES + 7;

    private CudaDevice device;
    private DeviceKernel scale;

    protected abstract OpenDevice open();

    @BeforeEach
    void openDevice() {
        device = new CudaDevice(open());
        scale = device.kernel("elements", "scale");
    }

    @AfterEach
    void close() {
        device.close();
    }

    private CudaBuffer floats(int length) {
        return device.allocate(ElementType.FLOAT, length);
    }

    /** Writes {@code factor * from} into {@code to}. */
    private void scale(CudaBuffer from, float factor, CudaBuffer to) {
        int length = to.length();
        scale.launch(Grid.covering(length, 256, 256), from.memory(), factor, to.memory(), length);
    }

    private static float[] read(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }

    private static float first(Buffer buffer) {
        float[] value = new float[1];
        buffer.copyOut(0, value, 0, 1);
        return value[0];
    }

    @Test
    void longArraysArriveWholeAndMayBeChangedAtOnce() {
        float[] values = new float[LONG];
        Random random = new Random(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        float[] expected = values.clone();
        try (CudaBuffer x = floats(LONG - 5)) {
            x.copyIn(0, values, 5, LONG - 5);
            Arrays.fill(values, -1);
            float[] back = new float[LONG];
            x.copyOut(0, back, 5, LONG - 5);
            System.arraycopy(expected, 0, back, 0, 5);
            assertThat(back).isEqualTo(expected);
        }
    }

    @Test
    void allKindsOfNumbersArriveAtTheirPlaces() {
        try (Buffer longs = device.allocate(ElementType.LONG, 5);
                Buffer ints = device.allocate(ElementType.INT, 5);
                Buffer bytes = device.allocate(ElementType.BYTE, 5)) {
            longs.copyIn(1, new long[] {7, Long.MIN_VALUE, 9}, 1, 2);
            ints.copyIn(3, new int[] {Integer.MIN_VALUE, 3}, 0, 2);
            bytes.copyIn(4, new byte[] {1, -128}, 1, 1);
            long[] l = new long[5];
            int[] i = new int[6];
            byte[] b = new byte[5];
            longs.copyOut(0, l, 0, 5);
            ints.copyOut(0, i, 1, 5);
            bytes.copyOut(0, b, 0, 5);
            assertThat(l).containsExactly(0, Long.MIN_VALUE, 9, 0, 0);
            assertThat(i).containsExactly(0, 0, 0, 0, Integer.MIN_VALUE, 3);
            assertThat(b).containsExactly(0, 0, 0, 0, -128);
        }
    }

    /** So many that the room for what goes in is used many times over. */
    @Test
    void copiesAndLaunchesAreDoneInTheOrderTheyAreMade() {
        int length = 1 << 16;
        int rounds = 100;
        float[] values = new float[length];
        try (CudaBuffer x = floats(length);
                CudaBuffer all = floats(rounds)) {
            for (int round = 0; round < rounds; round++) {
                Arrays.fill(values, round);
                x.copyIn(0, values, 0, length);
                scale.launch(Grid.of(1, 32), x.memory(), 2f, all.memory().from((long) round * Float.BYTES), 1);
            }
            float[] expected = new float[rounds];
            for (int round = 0; round < rounds; round++) {
                expected[round] = 2 * round;
            }
            assertThat(read(all)).isEqualTo(expected);
        }
    }

    @Test
    void whatIsRecordedIsDoneWhenItIsLaunchedAndAsOftenAsItIs() {
        try (CudaBuffer x = floats(100);
                CudaBuffer y = floats(100)) {
            x.copyIn(0, new float[] {1}, 0, 1);
            LaunchGraph twice = device.record(() -> {
                scale(x, 3, y);
                scale(y, 1, x);
            });
            assertThat(first(x)).as("recorded only").isEqualTo(1);
            twice.launch();
            twice.launch();
            assertThat(first(x)).isEqualTo(9);
            x.copyIn(0, new float[] {5}, 0, 1);
            twice.launch();
            assertThat(first(x)).as("of what lies there now").isEqualTo(15);
            device.discard(twice);
            scale(x, 2, y);
            assertThat(first(y)).isEqualTo(30);
        }
    }

    @Test
    void aRecordingThatFailsLeavesTheDeviceAsItWas() {
        try (CudaBuffer x = floats(1);
                CudaBuffer y = floats(1)) {
            x.copyIn(0, new float[] {1}, 0, 1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> device.record(() -> {
                        scale(x, 2, x);
                        throw new IllegalStateException("no more");
                    }))
                    .withMessage("no more");
            scale(x, 5, y);
            assertThat(first(y)).isEqualTo(5);
        }
    }

    @Test
    void aCopyBesideLaunchesHasWhatWasThereAtItsEvent() {
        DeviceEvent event = device.event();
        try (CudaBuffer x = floats(LONG);
                CudaBuffer y = floats(LONG)) {
            float[] ones = new float[LONG];
            Arrays.fill(ones, 1);
            x.copyIn(0, ones, 0, LONG);
            scale(x, 7, y);
            event.record(Lane.LAUNCHES);
            for (int i = 0; i < 20; i++) {
                scale(x, 2, x);
            }
            float[] sevens = new float[LONG];
            Arrays.fill(sevens, 7);
            device.beside(event, () -> assertThat(read(y)).isEqualTo(sevens));
            assertThat(first(x)).isEqualTo(1 << 20);
        }
        device.discard(event);
    }

    @Test
    void eventsTellTheTimeBetweenThem() {
        DeviceEvent begin = device.event();
        DeviceEvent end = device.event();
        begin.await();
        try (CudaBuffer x = floats(LONG)) {
            begin.record(Lane.LAUNCHES);
            scale(x, 2, x);
            end.record(Lane.LAUNCHES);
            end.await();
            assertThat(end.millisSince(begin)).isPositive().isLessThan(60_000);
        }
    }

    @Test
    void memoryThatIsFreedIsKeptForTheNext() {
        CudaBuffer warm = floats(LONG);
        read(warm);
        warm.close();
        long free = device.freeBytes();
        for (int i = 0; i < 20; i++) {
            try (CudaBuffer x = floats(LONG);
                    CudaBuffer y = floats(LONG)) {
                assertThat(first(y)).as("zeroed").isZero();
                x.copyIn(0, new float[] {i + 1}, 0, 1);
                scale(x, 2, y);
                // Closed while it may still be computed from.
            }
        }
        try (CudaBuffer x = floats(LONG)) {
            assertThat(read(x)).as("zeroed").containsOnly(0);
        }
        assertThat(device.freeBytes()).isEqualTo(free);
    }

    /** A device would refuse the launch, or take too little: the size belongs to the kernel. */
    @Test
    void aKernelHasOneSizeOfSharedMemory() {
        device.kernel("persistent", "lstm_128_by_2", 1024);
        device.kernel("persistent", "lstm_128_by_2", 1024);
        assertThatIllegalStateException()
                .isThrownBy(() -> device.kernel("persistent", "lstm_128_by_2", 2048))
                .withMessage(
                        "lstm_128_by_2 of persistent.cu was found with 1024 bytes of shared memory and is wanted with 2048");
    }

    @Test
    @Timeout(60)
    void anEventIsReachedOnceAllBeforeItIsDone() {
        try (CudaBuffer x = floats(1);
                CudaBuffer y = floats(1)) {
            DeviceEvent event = device.event();
            DeviceEvent later = device.event();
            assertThat(event.isReached()).isTrue();
            x.copyIn(0, new float[] {3}, 0, 1);
            event.record(Lane.LAUNCHES);
            scale(x, 2, y);
            event.hold(Lane.SUMS);
            later.record(Lane.SUMS);
            while (!later.isReached()) {
                Thread.onSpinWait();
            }
            assertThat(event.isReached()).isTrue();
            assertThat(first(y)).isEqualTo(6);
            device.discard(event);
            device.discard(later);
        }
    }
}
