package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.kernels.emulated.CudaEmulator;

/** JCuda's side of the back end, on a driver that runs kernels on the CPU: a process of its own, since one loads one driver. */
class JCudaDeviceTest {

    @Test
    @Timeout(300)
    void keepsTheContractAndComputesWhatTheEmulatedDeviceComputes() throws IOException, InterruptedException {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        boolean isLinux = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        assumeTrue(isLinux, "JCuda's natives are there for Linux on x86_64 only");
        Map<String, String> environment = CudaDriver.environmentWithNccl(
                List.of("elements", "products", "norms", "objectives", "updates", "losses", "persistent"));
        assertThat(CudaDriver.run(JCudaOnTheCpu.class, environment))
                .contains("CUDA on the CPU, sm_90, driver 13.0, 4.0 GiB")
                .contains("the contract of a device: 10 tests")
                .contains("a network: the same bits")
                .contains("boosting: the same bits")
                .contains("NCCL 2.30.7, ring")
                .contains("sums of a group of one");
    }
}
