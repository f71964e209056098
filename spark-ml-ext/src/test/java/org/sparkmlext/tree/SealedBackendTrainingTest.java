package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;

/**
 * The kernel seam holds: a back end whose buffers nobody can read without {@code copyOut} trains a whole model, and it is
 * the CPU's bit for bit; ranks on different back ends agree too.
 */
class SealedBackendTrainingTest {

    private static final List<TableMaker.RowValues> ROWS = TableMaker.rows(700, 21);
    private static final BoostingSettings SETTINGS = TestSettings.defaults()
            .withTrees(6)
            .withSubsampling(0.8)
            .withColumnSampling(1, 1, 0.8)
            .withLeafMinimum(0.5, 3)
            .build();

    private static byte[] train(int workers, String... devices) {
        return train(TableMaker.shards(ROWS, workers, true, true), devices);
    }

    private static byte[] train(List<Shard> shards, String... devices) {
        return TrainingThreads.train(
                        SETTINGS,
                        shards,
                        rank -> Backends.open(devices[rank % devices.length], BackendOptions.threads(1))
                                .backend(),
                        List.of())
                .model();
    }

    @Test
    void trainsTheSameModelAsTheCpu() {
        assertThat(train(1, "sealed")).isEqualTo(train(1, "cpu"));
    }

    @Test
    void ranksOnDifferentBackEndsAgree() {
        assertThat(train(3, "sealed", "cpu")).isEqualTo(train(1, "cpu"));
    }

    /** The sealed back end's rows are of both kinds at once: which one is trained on must follow from the table, not from them. */
    @Test
    void ranksOnDifferentBackEndsAgreeOnSparseRows() {
        List<TableMaker.RowValues> rows = TableMaker.withSparseFeatures(ROWS, 41);
        List<Shard> dense = TableMaker.shards(rows, 1, true, true);
        List<Shard> sparse = TableMaker.sparse(TableMaker.shards(rows, 3, true, true), 0, 0);
        assertThat(train(sparse, "sealed", "cpu")).isEqualTo(train(dense, "cpu"));
    }
}
