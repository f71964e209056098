package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.training.OpenResources;
import org.sparkmlext.training.Worker;

/**
 * A rank's rows as bins on the device. Runs train on them one after another and change nothing of them; whoever made them
 * closes them after the last run.
 */
final class BinnedShard implements AutoCloseable {

    final Shard shard;
    final Binning.Result training;
    final BinnedRows validation;
    /** Decide which rows a sampled tree sees; null where no run samples. */
    final @Nullable Buffer rowKeys;

    private final OpenResources held;

    private BinnedShard(
            Shard shard, Binning.Result training, BinnedRows validation, @Nullable Buffer rowKeys, OpenResources held) {
        this.shard = shard;
        this.training = training;
        this.validation = validation;
        this.rowKeys = rowKeys;
        this.held = held;
    }

    /**
     * Bins the rows of a shard, whose blocks lose their features; labels, weights and margins stay. Collective.
     *
     * @param maxBins most value bins of a feature
     * @param withKeys whether rows will be sampled
     */
    static BinnedShard of(Worker worker, Shard shard, int maxBins, boolean withKeys, HostThreads threads) {
        OpenResources held = new OpenResources();
        try {
            Backend backend = worker.backend();
            Buffer rowKeys = null;
            if (withKeys) {
                rowKeys = held.add(backend.allocate(ElementType.LONG, Math.toIntExact(shard.numRows())));
                long[] keys = new RowKeys(worker.collective(), threads).keys(shard.training());
                rowKeys.copyIn(0, keys, 0, rowKeys.length());
            }
            Binning binning =
                    held.add(new Binning(worker.collective(), backend.trees(), threads, worker::checkCancelled));
            Binning.Result training = binning.training(shard.training(), shard.numFeatures(), maxBins);
            worker.checkCancelled();
            return new BinnedShard(shard, training, binning.others(shard.validation(), training), rowKeys, held);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    @Override
    public void close() {
        held.close();
    }
}
