package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.sealed.SealedBackend;
import org.sparkmlext.training.TrainingCancelledException;

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

    /** Weights, validation rows, row keys and several outputs: all that a run opens. */
    @Test
    void whereverAStepFailsNothingStaysOpen() {
        BoostingSettings settings = TestSettings.defaults()
                .withObjective(Objective.of(Objective.Kind.QUANTILE, List.of(0.2, 0.7)))
                .withTrees(1)
                .withSubsampling(0.8)
                .build();
        int failures = 0;
        for (boolean isDone = false; !isDone; failures++) {
            Shard shard = TableMaker.shards(ROWS.subList(0, 60), 1, true, true).get(0);
            SealedBackend backend = new SealedBackend().failingAt(failures + 1);
            try {
                TrainingThreads.train(settings, List.of(shard), rank -> backend, List.of());
                isDone = true;
            } catch (KernelException wanted) {
                assertThat(wanted).hasMessageContaining("told to fail").hasNoSuppressedExceptions();
            }
            assertThat(backend.numOpenResources())
                    .as("resources open after a failure in step %d", failures + 1)
                    .isZero();
        }
        // Keys, bins, labels, weights and scores of either kind of rows, gradients, partition, histograms, and copies.
        assertThat(failures).isGreaterThan(25);
    }

    @Test
    void aCancellationAmongTheBlocksLeavesNothingOpen() {
        SealedBackend backend = new SealedBackend();
        Shard shard = TableMaker.shards(ROWS, 1, true, true).get(0);
        try (HostThreads threads = new HostThreads(1);
                Binning binning = new Binning(Collective.solo(), backend.trees(), threads, () -> {
                    if (backend.numOpenResources() > 0) {
                        throw new TrainingCancelledException("stop");
                    }
                })) {
            assertThatThrownBy(() -> binning.training(shard.training(), shard.numFeatures(), 16))
                    .isInstanceOf(TrainingCancelledException.class);
            assertThat(backend.numOpenResources()).isOne();
        }
        assertThat(backend.numOpenResources()).isZero();
    }
}
