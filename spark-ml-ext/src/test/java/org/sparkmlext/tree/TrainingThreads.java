package org.sparkmlext.tree;

import java.util.List;
import java.util.function.IntFunction;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.testing.RankThreads;
import org.sparkmlext.training.RoundState;

/** Boosts without Spark: each shard is a rank, each rank a thread of this JVM. */
final class TrainingThreads {

    private TrainingThreads() {}

    static RankThreads.Outcome train(BoostingSettings settings, List<Shard> shards, int threads) {
        return RankThreads.train(new BoostingAlgorithm(settings), shards, threads);
    }

    static RankThreads.Outcome train(
            BoostingSettings settings, List<Shard> shards, IntFunction<Backend> backends, List<RoundState> finished) {
        return RankThreads.train(new BoostingAlgorithm(settings), shards, backends, finished);
    }
}
