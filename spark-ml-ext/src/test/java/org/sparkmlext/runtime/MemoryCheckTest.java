package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;

class MemoryCheckTest {

    private static ShardShape shape(long storedValues) {
        return new ShardShape(900, 100, 40, true, 0, 2, storedValues);
    }

    @Test
    void blocksTakeSixBytesAStoredValueOrFourACell() {
        // A label, a weight and three margins a row: 20 bytes.
        assertThat(MemoryCheck.blockBytes(shape(10_000), 3)).isEqualTo(60_000 + 20_000);
        assertThat(MemoryCheck.blockBytes(shape(10_001), 3)).isEqualTo(160_000 + 20_000);
        assertThat(MemoryCheck.blockBytes(shape(40_000), 3)).isEqualTo(160_000 + 20_000);
    }

    @Test
    void aSparseTableFitsWhereItsCellsWouldNot() {
        MemoryPlan none = new MemoryPlan(Map.of());
        assertThat(MemoryCheck.require(none, shape(1_000), 0, 1, 20_000, "it")).contains("13.7 KiB");
        assertThatThrownBy(() -> MemoryCheck.require(none, shape(40_000), 0, 1, 20_000, "it"))
                .hasMessageContaining("training needs 164.1 KiB");
    }
}
