package org.sparkmlext.runtime;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;

/** What a rank does once its shard and its collective are there; the same in a thread and in an executor. */
final class RankRun {

    static final String OPENING = "opening the device";

    private static final Logger LOG = LoggerFactory.getLogger(RankRun.class);

    private RankRun() {}

    /**
     * Looks at the settings that ranks read for themselves.
     *
     * @throws IllegalArgumentException if one is none that is allowed
     */
    static void checkSettings(SparkConf conf) {
        gpuSums(conf);
        gpuProducts(conf);
    }

    private static GpuProducts gpuProducts(SparkConf conf) {
        return GpuProducts.of(GpuProducts.SETTING, conf.get(GpuProducts.SETTING, GpuProducts.OWN.text()));
    }

    private static GpuSums gpuSums(SparkConf conf) {
        return GpuSums.of(conf.get(GpuSums.SETTING, GpuSums.HOST.text()));
    }

    /**
     * A rank's result.
     *
     * @param bytes the algorithm's result
     * @param device description of the device that was used
     */
    record Outcome(byte[] bytes, String device) {}

    /** Opens the device, trains, closes the device. The collective stays open: it is the caller's. */
    static Outcome run(
            TrainingAlgorithm<?> algorithm,
            ShardHandover shard,
            Collective collective,
            String device,
            BackendOptions options,
            List<RoundState> finishedRounds,
            RankLink link) {
        link.enter(OPENING + " '" + device + "'");
        Backends.Choice choice = Backends.open(
                device, options.withProducts(gpuProducts(SparkEnv.get().conf())));
        try (Backend backend = choice.backend()) {
            LOG.info("Rank {} of {}: {}", collective.rank(), collective.size(), choice.reason());
            int numFinished = finishedRounds.isEmpty()
                    ? 0
                    : finishedRounds.get(finishedRounds.size() - 1).round() + 1;
            link.enter("round " + numFinished);
            RankWorker worker = new RankWorker(
                    backend,
                    collective,
                    options.numThreads(),
                    finishedRounds,
                    gpuSums(SparkEnv.get().conf()),
                    link);
            worker.checkCancelled();
            // Taken in the call itself: a variable here would keep the blocks alive for as long as training takes.
            byte[] bytes = algorithm.train(worker, shard.take());
            return new Outcome(bytes, backend.description());
        }
    }
}
