package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.PointwiseLoss;

/** A pool of too few histograms makes a tree slower to grow, and changes nothing of it. */
class HistogramPoolTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(3000, 8);

    @ParameterizedTest
    @EnumSource(GrowPolicy.class)
    void aTreeOfManyLeavesGrowsInTheSmallestPool(GrowPolicy policy) {
        BoostingSettings settings = TestSettings.defaults()
                .withShape(policy, 8, 0)
                .withLeafMinimum(0, 1)
                .build();
        GrownTree roomy = grow(settings, NodeHistograms.MAX_POOL_BYTES);
        GrownTree cramped = grow(settings, 1);
        // More leaves than the smallest pool has histograms, or the test would show nothing.
        assertThat(roomy.numNodes()).isGreaterThan(60);
        BinTree wanted = roomy.bins();
        BinTree got = cramped.bins();
        assertThat(got.features()).isEqualTo(wanted.features());
        assertThat(got.bins()).isEqualTo(wanted.bins());
        assertThat(got.isMissingLeft()).isEqualTo(wanted.isMissingLeft());
        assertThat(got.left()).isEqualTo(wanted.left());
        assertThat(got.values()).isEqualTo(wanted.values());
        assertThat(cramped.gains()).isEqualTo(roomy.gains());
    }

    private static GrownTree grow(BoostingSettings settings, long maxHistogramBytes) {
        Shard shard = TableMaker.shards(ROWS, 1, false, false).get(0);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(2)).backend();
                HostThreads threads = new HostThreads(2);
                Collective solo = Collective.solo();
                Binning binning = new Binning(solo, backend.trees(), threads, () -> {})) {
            Binning.Result binned = binning.training(shard.training(), shard.numFeatures(), settings.maxBins());
            try (DeviceRows rows = DeviceRows.of(backend, binned.rows(), shard.training(), false, 1);
                    Buffer gradients = backend.allocate(ElementType.LONG, rows.numRows());
                    TreeGrower grower = new TreeGrower(
                            settings,
                            solo,
                            backend,
                            rows.bins,
                            binned.isSparse(),
                            rows.numRows(),
                            maxHistogramBytes,
                            () -> {})) {
                GradientScale scale = GradientScale.of(1, 0.25, GradientScale.Precision.FINE);
                backend.trees()
                        .gradients(
                                PointwiseLoss.logistic(),
                                rows.scores,
                                rows.labels,
                                null,
                                null,
                                null,
                                scale,
                                List.of(gradients),
                                List.of(),
                                new long[MetricSums.length(List.of())]);
                return grower.grow(gradients, scale, new ColumnSampler(settings, shard.numFeatures(), 0), null)
                        .tree();
            }
        }
    }
}
