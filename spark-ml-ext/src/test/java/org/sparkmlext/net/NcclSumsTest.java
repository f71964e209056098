package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.net.SumsRank.Task;
import org.sparkmlext.training.GpuSums;

/** Sums from GPU to GPU, by an NCCL for the CPU. */
class NcclSumsTest extends SumsContract {

    private static final String BY_NCCL =
            "remark sums of gradients go from GPU to GPU by NCCL 2.30.7, ring (experimental: not run on a device yet)";
    private static final String BY_HOST = "remark sums of gradients go by way of the host: ";

    @Override
    GpuSums gpuSums() {
        return GpuSums.NCCL;
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> changed = new HashMap<>(environment());
        changed.put(name, value);
        return changed;
    }

    /** Parts that leave during the backward pass, of two ranks with different numbers of rows: of two numbers there is one sum. */
    @Test
    void aTrainedNetworkHasTheBytesThatSumsByTheHostGive() throws Exception {
        try (SumsProcesses nccl = start(Task.TRAIN, GpuSums.AUTO, 2)) {
            byte[] model = nccl.result(0);
            assertThat(nccl.lines(0)).contains(BY_NCCL);
            assertThat(nccl.result(1)).isEqualTo(model);
            try (SumsProcesses host = start(Task.TRAIN, GpuSums.HOST, 2)) {
                assertThat(host.result(0)).isEqualTo(model);
                assertThat(host.lines(0)).noneMatch(line -> line.contains("sums of gradients"));
            }
        }
    }

    @Test
    void oneRankWithoutNcclSendsAllByWayOfTheHost() throws Exception {
        List<Map<String, String>> environments = List.of(environment(), CudaDriver.environment(List.of("elements")));
        try (SumsProcesses ranks = start(Task.STEPS, GpuSums.AUTO, environments)) {
            requireSums(ranks, 2);
            assertThat(ranks.lines(0))
                    .contains(BY_HOST + "rank 1: no NCCL: libnccl.so.2 was not found or cannot be loaded");
        }
        try (SumsProcesses ranks = start(Task.STEPS, GpuSums.NCCL, environments)) {
            assertThat(ranks.end(0))
                    .contains("spark.sparkmlext.gpuSums is nccl, but sums cannot go from GPU to GPU: rank 1: no NCCL");
        }
    }

    @Test
    void ranksOnOneGpuAddByWayOfTheHost() throws Exception {
        Map<String, String> same = with("CUDA_CPU_UUID", "the only one");
        try (SumsProcesses ranks = start(Task.STEPS, GpuSums.AUTO, List.of(same, same))) {
            requireSums(ranks, 2);
            assertThat(ranks.lines(0))
                    .contains(BY_HOST + "ranks 0 and 1 are on the same GPU; each must have one of its own");
        }
    }

    /** What the library says of it, where the collective knows no better; not as a fault of the device. */
    @Test
    void anErrorOfTheLibraryEndsTheAttempt() throws Exception {
        List<Map<String, String>> environments = List.of(with("NCCL_CPU_FAILS", "5"), environment());
        try (SumsProcesses ranks = start(Task.STEPS, GpuSums.NCCL, environments)) {
            assertThat(ranks.end(0))
                    .startsWith("failed -1 The sums from device to device failed on rank 0: nccl: giving a sum to the"
                            + " device failed: remote process exited");
            assertThat(ranks.end(1)).startsWith("failed 0 ").contains("remote process exited");
        }
    }

    @Test
    void allRanksMustHaveTheSameLibrary() {
        assertThat(SumsChoice.obstacle(List.of("+a NCCL 2.30.7, ring", "+b NCCL 2.30.7, ring")))
                .isEmpty();
        assertThat(SumsChoice.obstacle(List.of("+a NCCL 2.30.7, ring", "+b NCCL 2.28.3, ring")))
                .isEqualTo("rank 0 has NCCL 2.30.7, ring, rank 1 has NCCL 2.28.3, ring; all must have the same");
        assertThat(SumsChoice.obstacle(List.of("+a NCCL 2.30.7, ring", "-too old")))
                .isEqualTo("rank 1: too old");
    }
}
