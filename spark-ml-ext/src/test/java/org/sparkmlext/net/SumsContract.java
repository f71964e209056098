package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.net.SumsRank.Task;
import org.sparkmlext.training.GpuSums;

/** What sums over ranks must do whichever way they go: ranks are processes, each with a GPU that is a driver on the CPU. */
@Timeout(600)
abstract class SumsContract {

    private static Map<String, String> environment = Map.of();

    @TempDir
    private Path folder;

    abstract GpuSums gpuSums();

    @BeforeAll
    static void compile() throws IOException {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
        environment = CudaDriver.environmentWithNccl(CudaDriver.NETWORK_FILES);
    }

    final SumsProcesses start(Task task, GpuSums how, List<Map<String, String>> environments) throws IOException {
        return new SumsProcesses(folder, task, how, environments);
    }

    final SumsProcesses start(Task task, GpuSums how, int size) throws IOException {
        return start(task, how, Collections.nCopies(size, environment));
    }

    /** The ordinary environment of a rank. */
    static Map<String, String> environment() {
        return environment;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void sumsAreThoseOfTheRanksInEachStep(int size) throws Exception {
        try (SumsProcesses ranks = start(Task.STEPS, gpuSums(), size)) {
            requireSums(ranks, size);
        }
    }

    /** Of two numbers there is one sum; of three the last digit depends on the order. All ranks have the same in any case. */
    final void requireSums(SumsProcesses ranks, int size) throws InterruptedException, ExecutionException, IOException {
        float[] sums = ranks.floats(0);
        int length = SumsRank.LAYOUT.additiveLength();
        assertThat(sums).hasSize(SumsRank.STEPS * length);
        for (int step = 0; step < SumsRank.STEPS; step++) {
            double[] expected = new double[length];
            for (int rank = 0; rank < size; rank++) {
                float[] values = SumsRank.values(rank, step);
                for (int i = 0; SumsRank.hasRows(size, rank, step) && i < length; i++) {
                    expected[i] += values[i];
                }
            }
            for (int i = 0; i < length; i++) {
                float sum = sums[step * length + i];
                if (size < 3) {
                    assertThat(sum).as("step %d, number %d", step, i).isEqualTo((float) expected[i]);
                } else {
                    assertThat((double) sum).as("step %d, number %d", step, i).isCloseTo(expected[i], within(1e-5));
                }
            }
        }
        for (int rank = 1; rank < size; rank++) {
            assertThat(ranks.floats(rank)).isEqualTo(sums);
        }
    }

    @Test
    void aRankThatDiesIsNamedByTheOthers() throws Exception {
        try (SumsProcesses ranks = start(Task.DIE, gpuSums(), 3)) {
            assertThat(ranks.end(0)).startsWith("failed 1 ").contains("its process died");
            assertThat(ranks.end(2)).startsWith("failed 1 ").contains("its process died");
        }
    }

    @Test
    void aRankThatFailsInItsBackwardPassIsNamedByTheOthers() throws Exception {
        try (SumsProcesses ranks = start(Task.FAIL, gpuSums(), 3)) {
            assertThat(ranks.end(1)).startsWith("failed 1 ").contains(SumsRank.REASON);
            // Why it failed is lost where its connection is reset under what others were sending it.
            assertThat(ranks.end(0)).startsWith("failed 1 ");
            assertThat(ranks.end(2)).startsWith("failed 1 ");
        }
    }

    @Test
    void aRankThatWaitsForAnotherCanBeCancelled() throws Exception {
        try (SumsProcesses ranks = start(Task.CANCEL, gpuSums(), 2)) {
            assertThat(ranks.end(0)).startsWith("failed 0 ").contains("cancelled");
            assertThat(ranks.end(1)).startsWith("failed 0 ").contains("cancelled");
        }
    }
}
