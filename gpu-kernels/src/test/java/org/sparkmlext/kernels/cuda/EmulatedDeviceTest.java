package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.emulated.CudaEmulator;

/** The emulated device keeps the rules of a GPU, and finds what a GPU only finds by bad luck. */
class EmulatedDeviceTest {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    private static EmulatedDevice emulated() {
        return new EmulatedDevice(EmulatedDevice.MUCH_SHARED_BYTES);
    }

    @Nested
    class Contract extends DeviceContract {
        @Override
        protected OpenDevice open() {
            return emulated();
        }
    }

    /** Without this the tests of what overlaps would prove nothing. */
    @Test
    void aReadThatDoesNotWaitFindsOldNumbers() {
        try (CudaDevice device = new CudaDevice(emulated());
                CudaBuffer x = device.allocate(ElementType.FLOAT, 1)) {
            DeviceKernel fill = device.kernel("elements", "fill");
            float[] found = new float[1];
            fill.launch(Grid.of(1, 32), x.memory(), 5f, 1);
            x.copyOut(0, found, 0, 1);
            DeviceEvent never = device.event();
            fill.launch(Grid.of(1, 32), x.memory(), 6f, 1);
            device.beside(never, () -> x.copyOut(0, found, 0, 1));
            assertThat(found).containsExactly(5);
            x.copyOut(0, found, 0, 1);
            assertThat(found).containsExactly(6);
        }
    }

    @Test
    void onlyLaunchesCanBeRecorded() {
        try (CudaDevice device = new CudaDevice(emulated());
                CudaBuffer x = device.allocate(ElementType.INT, 1)) {
            DeviceEvent event = device.event();
            List<Consumer<CudaBuffer>> others = List.of(
                    b -> device.allocate(1000, "something"),
                    b -> b.copyIn(0, new int[1], 0, 1),
                    b -> b.copyOut(0, new int[1], 0, 1),
                    b -> b.memory().clear(4),
                    b -> device.kernel("elements", "copy_runs"),
                    b -> device.event(),
                    b -> event.await(),
                    b -> device.finish(),
                    b -> device.record(() -> {}),
                    CudaBuffer::close);
            for (Consumer<CudaBuffer> other : others) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> device.record(() -> other.accept(x)))
                        .withMessageContaining("cannot be recorded");
            }
        }
    }

    @Test
    void memoryIsNotUsedAfterItWasFreedThoughItIsKept() {
        try (CudaDevice device = new CudaDevice(emulated())) {
            var memory = device.allocate(100, "something");
            var part = memory.from(50);
            device.free(memory);
            assertThatIllegalStateException()
                    .isThrownBy(() -> part.copyIn(0, new int[1], 0, 1))
                    .withMessageContaining("after it was freed");
        }
    }

    @Test
    void whatIsKeptIsGivenBackWhereTheDeviceHasNoMore() {
        long total = 16L << 20;
        EmulatedDevice driver = emulated();
        driver.leave(total);
        try (CudaDevice device = new CudaDevice(driver)) {
            for (int round = 0; round < 2; round++) {
                var first = device.allocate(6 << 20, "something");
                var second = device.allocate(7 << 20, "something");
                device.free(first);
                assertThatExceptionOfType(KernelException.class)
                        .isThrownBy(() -> device.allocate(12 << 20, "something large"))
                        .withMessageContaining("something large")
                        .withMessageContaining("12582912 bytes asked, 9437184 bytes free of 4294967296");
                device.free(second);
                assertThat(device.freeBytes()).isEqualTo(total);
                // Nothing that is kept is of this size.
                device.free(device.allocate(12 << 20, "something large"));
            }
        }
    }
}
