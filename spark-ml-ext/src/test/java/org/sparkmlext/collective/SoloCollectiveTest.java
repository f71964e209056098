package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SoloCollectiveTest {
    @Test
    void leavesEveryValueAsItIs() {
        try (Collective solo = Collective.solo()) {
            long[] longs = {3, 1};
            float[] floats = {0.5f, Float.NaN};
            solo.sum(longs, 0, 2);
            solo.max(floats, 0, 2);
            solo.or(longs, 0, 2);
            solo.reduceScatter(longs, new int[] {2});
            solo.allGather(longs, new int[] {1});
            solo.broadcast(0, new byte[1], 0, 1);
            solo.barrier();
            assertThat(longs).containsExactly(3, 1);
            assertThat(floats).containsExactly(0.5f, Float.NaN);
            assertThat(solo.metrics().operations()).isEqualTo(7);
            assertThat(solo.size()).isEqualTo(1);
            assertThatThrownBy(() -> solo.sum(longs, 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void failsAfterAbortAndAfterClose() {
        Collective aborted = Collective.solo();
        aborted.abort(new IllegalStateException("bad row"));
        aborted.close();
        assertThatThrownBy(aborted::barrier)
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("rank 0")
                .hasMessageContaining("bad row");
        Collective closed = Collective.solo();
        closed.close();
        assertThatThrownBy(closed::barrier).hasMessageContaining("closed");
    }
}
