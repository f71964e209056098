package org.sparkmlext.tree;

import org.sparkmlext.data.Shard;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.Worker;

/** Gradient boosting of binary classification trees. The result is a forest as {@link ForestCodec} writes it. */
public record BoostingAlgorithm(BoostingSettings settings) implements TrainingAlgorithm<BoostingSettings> {

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        throw new UnsupportedOperationException("not there yet");
    }
}
