package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.emulated.CudaEmulator;

class ScorerPoolTest {

    private static NetworkModel network() {
        return NetworkModel.initial(
                Architecture.builder(new VectorInput(3)).dense(2, "relu").build(), 1);
    }

    /** Of several devices a scorer is on the one that was given to the task, and no other task gets it. */
    @Test
    void aScorerIsOnTheDeviceOfItsTask() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        ScorerPool.Key first = new ScorerPool.Key("two devices", "emulated", "float32", "");
        ScorerPool.Lease onFirst = ScorerPool.borrow(first, ScorerPoolTest::network);
        onFirst.close();
        ScorerPool.Lease onThird = ScorerPool.borrow(first.withOrdinal(2), ScorerPoolTest::network);
        ScorerPool.Lease again = ScorerPool.borrow(first, ScorerPoolTest::network);
        assertThat(onFirst.backend().description()).doesNotContain("device 2");
        assertThat(onThird.backend().description()).contains("device 2");
        assertThat(again).isSameAs(onFirst);
        ScorerPool.discard(onThird);
        ScorerPool.discard(again);
    }

    /** A GPU that is at fault stays so for all that keep its context open. */
    @Test
    void aFailureTakesTheIdleScorersOfItsDeviceAlong() {
        ScorerPool.Key key = new ScorerPool.Key("failing", "cpu", "float32", "");
        ScorerPool.Key otherKey = new ScorerPool.Key("another network", "cpu", "float32", "");
        ScorerPool.Lease failing = ScorerPool.borrow(key, ScorerPoolTest::network);
        ScorerPool.Lease idle = ScorerPool.borrow(key, ScorerPoolTest::network);
        ScorerPool.Lease other = ScorerPool.borrow(otherKey, ScorerPoolTest::network);
        idle.close();
        other.close();
        assertThatThrownBy(() -> failing.scorer().score(new float[3], new int[] {1}, 1, (row, logits, embeddings) -> {
                    throw new IllegalStateException("the sink is full");
                }))
                .hasMessage("the sink is full");
        failing.close();
        ScorerPool.Lease again = ScorerPool.borrow(key, ScorerPoolTest::network);
        ScorerPool.Lease otherAgain = ScorerPool.borrow(otherKey, ScorerPoolTest::network);
        assertThat(again).isNotSameAs(idle);
        assertThat(otherAgain).isNotSameAs(other);
        ScorerPool.discard(again);
        ScorerPool.discard(otherAgain);
    }

    @Test
    void aDeviceThatIsNotThereIsSaidAtOnce() {
        assumeTrue(
                Backends.describeAll().stream().anyMatch(line -> line.startsWith("cuda: not available")),
                "there is a GPU: nothing to refuse");
        assertThatThrownBy(() ->
                        ScorerPool.borrow(new ScorerPool.Key("x", "cuda", "float32", ""), ScorerPoolTest::network))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("device 'cuda' was asked for by name and cannot be used: ")
                .hasMessageContaining("Use device 'auto'");
    }
}
