package org.sparkmlext.kernels.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.KernelException;

/** Every reason for which a GPU is not used is one sentence that names it. */
class GpuRuntimeTest {

    private static final long GIB = 1L << 30;

    private record Fake(int deviceCount, DeviceFacts facts) implements Driver {
        @Override
        public DeviceFacts facts(int ordinal) {
            return facts;
        }
    }

    private static DeviceFacts facts(int major, int minor, int driver, long bytes) {
        return new DeviceFacts("A GPU", major, minor, driver, bytes, 10, 100 << 10);
    }

    private static Availability look(int count, int ordinal, DeviceFacts facts) {
        return GpuRuntime.look(new Fake(count, facts), ordinal);
    }

    @Test
    void usableDeviceIsDescribed() {
        Availability availability = look(1, 0, facts(9, 0, 13_000, 140 * GIB));
        assertThat(availability.isAvailable()).isTrue();
        assertThat(availability.reason()).isEqualTo("A GPU, sm_90, driver 13.0, 140.0 GiB");
        assertThat(look(2, 1, facts(7, 5, 12_000, GIB)).isAvailable()).isTrue();
    }

    @Test
    void unusableDevicesAreNamedWithTheReason() {
        refused(look(0, 0, facts(9, 0, 13_000, GIB)), "sees no device");
        refused(look(2, 2, facts(9, 0, 13_000, GIB)), "no CUDA device 2; the driver sees 2");
        refused(look(1, 0, facts(7, 0, 13_000, 16 * GIB)), "compute capability 7.0 is too old");
        refused(look(1, 0, facts(8, 0, 11_080, 16 * GIB)), "driver 11.8, 16.0 GiB: the driver is too old");
        refused(look(1, 0, facts(8, 0, 12_000, GIB - 1)), "too little memory");
    }

    private static void refused(Availability availability, String reason) {
        assertThat(availability.isAvailable()).isFalse();
        assertThat(availability.reason()).contains(reason).doesNotContain("\n");
    }

    @Test
    void failuresOfDriverAndBindingAreReasons() {
        refused(failing(new KernelException("cuInit failed: CUDA_ERROR_UNKNOWN")), "CUDA_ERROR_UNKNOWN");
        refused(
                failing(new UnsatisfiedLinkError("Error while loading\nlibcuda.so.1: cannot open shared object file")),
                "no CUDA driver: libcuda.so.1 was not found");
        refused(failing(new NoClassDefFoundError("jcuda/driver/JCudaDriver")), "JCuda is not on the class path");
        refused(
                failing(new UnsatisfiedLinkError("/tmp/x.so: failed to map segment from shared object")),
                "java.io.tmpdir");
        refused(failing(new ExceptionInInitializerError("first\nsecond")), "could not be loaded: first");
    }

    private static Availability failing(Throwable failure) {
        return GpuRuntime.look(
                new Driver() {
                    @Override
                    public int deviceCount() {
                        if (failure instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }

                    @Override
                    public DeviceFacts facts(int ordinal) {
                        throw new AssertionError("never asked");
                    }
                },
                0);
    }

    @Test
    void thisMachineIsLookedAtWithoutHarmTwice() {
        Availability availability = GpuRuntime.look(0);
        assertThat(availability.reason()).isNotBlank().doesNotContain("\n");
        assertThat(GpuRuntime.look(0)).isEqualTo(availability);
    }

    @Test
    void openingWhatIsNotThereSaysWhy() {
        Availability availability = GpuRuntime.look(0);
        assumeThat(availability.isAvailable()).isFalse();
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> JCudaDevice.open(0))
                .withMessageContaining(availability.reason());
    }

    @Test
    void aGpuAskedForByNameIsRefusedWithTheReason() {
        Availability availability = GpuRuntime.look(0);
        assumeThat(availability.isAvailable()).isFalse();
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> Backends.open("cuda", BackendOptions.threads(1)))
                .withMessageContaining("'cuda' was asked for by name")
                .withMessageContaining(availability.reason());
        assertThat(Backends.describeAll()).contains("cuda: not available, " + availability.reason());
    }
}
