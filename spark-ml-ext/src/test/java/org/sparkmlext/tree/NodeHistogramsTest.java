package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeHistogramsTest {

    /** Sums, weights and row counts of a bin are 24 bytes. */
    @Test
    void slotsStayWithinTheirBytesWhereTheyAreMoreThanTheLeast() {
        BoostingSettings settings = TestSettings.defaults()
                .withShape(GrowPolicy.LEAFWISE, -1, 63)
                .withLeafMinimum(0, 2)
                .build();
        long limit = 512L << 20;
        assertThat(NodeHistograms.numSlots(settings, 28 * 256, 8, limit)).isEqualTo(63 + 8 + 1);
        assertThat(NodeHistograms.affords(settings, 28 * 256, 8, limit)).isTrue();
        assertThat(NodeHistograms.affords(settings, 255_000_000, 8, limit)).isFalse();
        assertThat(NodeHistograms.numSlots(settings, 255_000_000, 8, limit))
                .isEqualTo(NodeHistograms.numSlots(settings, 255_000_000, 4, limit) + 4);
    }
}
