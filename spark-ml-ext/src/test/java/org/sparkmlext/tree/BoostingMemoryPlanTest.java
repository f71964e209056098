package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;

/** What a rank is said to need, on sparse and on dense tables. */
class BoostingMemoryPlanTest {

    private static MemoryPlan plan(long rows, int features, long stored, int maxBins) {
        BoostingSettings settings = TestSettings.defaults().withBins(maxBins).build();
        return new BoostingAlgorithm(settings).memoryPlan(new ShardShape(rows, 0, features, false, 2, 2, stored));
    }

    @Test
    void binnedRowsFollowTheStoredValuesOfASparseTable() {
        MemoryPlan sparse = plan(200_000, 2_000, 4_000_000, 255);
        assertThat(sparse.bytesByPurpose().get("binned rows")).isEqualTo(4_000_000 * 10L + 200_000 * 8L);
        MemoryPlan dense = plan(200_000, 2_000, 400_000_000, 255);
        assertThat(dense.bytesByPurpose().get("binned rows")).isEqualTo(200_000L * 2 * 2_000);
    }

    @Test
    void aMillionFeaturesOfAFewValuesAreNotPlannedWithAllTheirBins() {
        MemoryPlan plan = plan(100_000, 1_000_000, 2_000_000, BoostingSettings.MAX_BINS);
        assertThat(plan.bytesByPurpose().values()).allMatch(bytes -> bytes >= 0);
        // 4 million bins of 16 bytes, and at least 8 histograms of them.
        assertThat(plan.bytesByPurpose().get("histograms")).isEqualTo(8 * 4_000_000L * 16);
    }

    @Test
    void wideBinsArePlannedAsSparseRowsWhateverTheTable() {
        MemoryPlan plan = plan(1_000_000, 28, 28_000_000, 1_000);
        assertThat(plan.bytesByPurpose().get("binned rows")).isEqualTo(28_000_000 * 6L + 8_000_000);
    }

    @Test
    void histogramsHaveTheBinsOfTheWholeTableHoweverManyWorkersShareIt() {
        ShardShape one = new ShardShape(200_000, 0, 2_000, false, 2, 2, 4_000_000);
        ShardShape ofHundred = new ShardShape(2_000, 0, 2_000, false, 2, 2, 40_000, 4_000_000, false, false, null);
        BoostingAlgorithm boosting =
                new BoostingAlgorithm(TestSettings.defaults().build());
        for (String purpose : new String[] {"histograms", "histogram scratch"}) {
            assertThat(boosting.memoryPlan(ofHundred).bytesByPurpose().get(purpose))
                    .isEqualTo(boosting.memoryPlan(one).bytesByPurpose().get(purpose));
        }
    }

    @Test
    void wideBinsInFilesAreCountedOnBothSides() {
        BoostingSettings settings = TestSettings.defaults().withBins(1_000).build();
        ShardShape shape = new ShardShape(1_000_000, 0, 28, false, 2, 2, 28_000_000).mapped();
        MemoryPlan plan = new BoostingAlgorithm(settings).memoryPlan(shape);
        // Whether a feature has so many distinct values shows only when the rows are binned.
        assertThat(plan.fileBytesByPurpose().get("binned rows")).isEqualTo(1_000_000 * (32L + 28));
        assertThat(plan.bytesByPurpose().get("binned rows")).isEqualTo(28_000_000 * 6L + 8_000_000);
    }
}
