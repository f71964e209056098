package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaDriver;

/** JCuda's side of the back end, on a driver that runs kernels on the CPU: processes of their own, since one loads one driver. */
@Timeout(300)
class JCudaDeviceTest {

    @BeforeAll
    static void needsCompilerAndBinding() {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
    }

    private static String runOn(String name, String value, String scenario, String... files)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(CudaDriver.environment(List.of(files)));
        environment.put(name, value);
        return CudaDriver.run(JCudaDevicesOnTheCpu.class, environment, scenario);
    }

    @Test
    void keepsTheContractAndComputesWhatTheEmulatedDeviceComputes() throws IOException, InterruptedException {
        Map<String, String> environment = CudaDriver.environmentWithNccl(
                List.of("elements", "products", "norms", "objectives", "updates", "losses", "persistent", "images"));
        assertThat(CudaDriver.run(JCudaOnTheCpu.class, environment))
                .contains("CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB")
                .contains("the contract of a device: 10 tests")
                .contains("a network: the same bits")
                .contains("boosting: the same bits")
                .contains("images: the same bytes")
                .contains("NCCL 2.30.7, ring")
                .contains("sums of a group of one");
    }

    @Test
    void eachOfSeveralDevicesIsJudgedAndUsedByItself() throws IOException, InterruptedException {
        runOn("CUDA_CPU_DEVICES", JCudaDevicesOnTheCpu.SEVERAL, "several", "losses", "elements");
    }

    @Test
    void whatFindsNoMemoryGetsWhatIsKept() throws IOException, InterruptedException {
        runOn("CUDA_CPU_DEVICES", "9.0:1024", "shortage", "elements");
    }

    @Test
    void aLostDeviceSaysWhatToDo() throws IOException, InterruptedException {
        runOn("CUDA_CPU_DEVICES", "9.0:1024", "loss", "losses", "elements");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CUDA_CPU_VERSION | 11080 | driver 11.8, 4.0 GiB: the driver is too old; needed is one for CUDA 12.0 (525) or newer
            CUDA_CPU_INIT    | 100   | the CUDA driver sees no device
            CUDA_CPU_INIT    | 803   | the CUDA driver failed: cuda: cuInit failed: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH
            CUDA_CPU_DEVICES | 7.0:4096 | compute capability 7.0 is too old""")
    void aDriverThatCannotBeUsedIsAReason(String name, String value, String reason)
            throws IOException, InterruptedException {
        assertThat(runOn(name, value, "refusal"))
                .startsWith("device 'cuda' was asked for by name and cannot be used: ")
                .contains(reason);
    }
}
