package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.JCudaDevice;
import org.sparkmlext.kernels.emulated.CudaDriver;

/** Processes of {@link JCudaDeviceTest} on other devices than one good one. Each ends with an exception if anything is not as it should be. */
final class JCudaDevicesOnTheCpu {

    /** What {@link #several} is run on: too old, good, good, too small. */
    static final String SEVERAL = "5.2:4096,9.0:2048,8.6:3072,9.0:512";

    private static final int RUNS = 20;

    private JCudaDevicesOnTheCpu() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "several" -> several();
            case "refusal" -> System.out.println(refusal(0));
            case "shortage" -> shortage();
            case "loss" -> loss();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static Backend open(int ordinal) {
        return Backends.open("cuda", new BackendOptions(1, ordinal)).backend();
    }

    private static String refusal(int ordinal) {
        try (Backend backend = open(ordinal)) {
            throw new AssertionError("opened " + backend);
        } catch (KernelException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Each device is judged by itself; two are used at once by threads of their own, and have memory of their own. */
    private static void several() throws Exception {
        assertThat(refusal(0)).contains("sm_52").contains("compute capability 5.2 is too old");
        assertThat(refusal(3)).contains("0.5 GiB: too little memory");
        assertThat(refusal(4)).contains("there is no CUDA device 4; the driver sees 4");
        try (Backend first = open(1);
                Backend second = open(2)) {
            assertThat(first.description()).isEqualTo("cuda: CUDA on the CPU, sm_90, driver 13.0, 2.0 GiB");
            assertThat(second.description()).isEqualTo("cuda: CUDA on the CPU, sm_86, driver 13.0, 3.0 GiB");
            long free = ((CudaBackend) second).device().freeBytes();
            first.allocate(ElementType.BYTE, 64 << 20);
            assertThat(((CudaBackend) second).device().freeBytes()).isEqualTo(free);
            assertThat(((CudaBackend) first).device().freeBytes()).isLessThanOrEqualTo((2048L - 64) << 20);
            // Turns of one thread, then both at once.
            String expected = JCudaOnTheCpu.boosting(first);
            assertThat(JCudaOnTheCpu.boosting(second)).isEqualTo(expected);
            assertThat(JCudaOnTheCpu.boosting(first)).isEqualTo(expected);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<Callable<List<String>>> both = List.of(() -> many(first), () -> many(second));
            for (Future<List<String>> done : threads.invokeAll(both)) {
                assertThat(done.get()).hasSize(RUNS).containsOnly(expected);
            }
            threads.shutdown();
        }
    }

    private static List<String> many(Backend backend) {
        return IntStream.range(0, RUNS)
                .mapToObj(i -> JCudaOnTheCpu.boosting(backend))
                .toList();
    }

    /** Whatever finds no memory gets what is kept and not in use, once; and nothing stays behind of what cannot be opened. */
    private static void shortage() {
        CudaDriver.Controls controls = CudaDriver.controls();
        JCudaDevice driver = JCudaDevice.open(0);
        try (CudaDevice device = new CudaDevice(driver)) {
            List<String> calls = List.of("cuModuleLoadData", "cuMemHostAlloc", "cuGraphInstantiate", "cuEventCreate");
            List<Runnable> users = List.of(
                    () -> device.kernel("elements", "scale"),
                    () -> driver.pin(4096).free(),
                    () -> device.discard(device.record(() -> {})),
                    () -> device.discard(device.event()));
            for (int i = 0; i < calls.size(); i++) {
                String call = calls.get(i);
                Runnable user = users.get(i);
                device.allocate(ElementType.BYTE, 1 << 20).close();
                long free = driver.freeBytes();
                controls.cuda_cpu_fail(call, CudaDriver.OUT_OF_MEMORY, 0, 2);
                assertThatExceptionOfType(KernelException.class)
                        .as(call)
                        .isThrownBy(user::run)
                        .withMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
                assertThat(driver.freeBytes()).as(call).isEqualTo(free + (1 << 20));
                controls.cuda_cpu_fail(call, CudaDriver.OUT_OF_MEMORY, 0, 1);
                user.run();
                assertThat(controls.cuda_cpu_failures_left(call)).as(call).isZero();
            }
            int streams = controls.cuda_cpu_streams();
            controls.cuda_cpu_fail("cuStreamCreate", CudaDriver.OUT_OF_MEMORY, 1, 1);
            assertThat(refusal(0)).contains("making a stream failed: CUDA_ERROR_OUT_OF_MEMORY");
            assertThat(controls.cuda_cpu_streams()).isEqualTo(streams);
            controls.cuda_cpu_fail("cuMemHostAlloc", CudaDriver.OUT_OF_MEMORY, 0, 2);
            assertThat(refusal(0)).contains("of the host's memory failed: CUDA_ERROR_OUT_OF_MEMORY");
            assertThat(controls.cuda_cpu_streams()).isEqualTo(streams);
        }
        assertThat(controls.cuda_cpu_streams()).isZero();
    }

    /** A GPU's fault comes out with what to do; it is closed all the same, and opened again it says so once more. */
    private static void loss() {
        CudaDriver.Controls controls = CudaDriver.controls();
        Backend backend = open(0);
        String expected = JCudaOnTheCpu.boosting(backend);
        controls.cuda_cpu_fail("cuLaunchKernel", CudaDriver.OUT_OF_MEMORY, 0, 1);
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> JCudaOnTheCpu.boosting(backend))
                .withMessageContaining("CUDA_ERROR_OUT_OF_MEMORY")
                .withMessageContaining("use more workers");
        assertThat(JCudaOnTheCpu.boosting(backend)).isEqualTo(expected);
        controls.cuda_cpu_fail("cuLaunchKernel", CudaDriver.ILLEGAL_ADDRESS, 0, 1);
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> JCudaOnTheCpu.boosting(backend))
                    .withMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS")
                    .withMessageContaining("end the process (on a cluster the executor)");
        }
        assertThatExceptionOfType(KernelException.class).isThrownBy(backend::close);
        assertThat(controls.cuda_cpu_streams()).as("the context is given back").isZero();
        assertThat(refusal(0))
                .contains("opening CUDA on the CPU failed: CUDA_ERROR_ILLEGAL_ADDRESS")
                .contains("end the process (on a cluster the executor)");
    }
}
