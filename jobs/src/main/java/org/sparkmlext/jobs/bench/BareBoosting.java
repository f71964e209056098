package org.sparkmlext.jobs.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;
import org.sparkmlext.tree.BoostingAlgorithm;
import org.sparkmlext.tree.BoostingSettings;

/**
 * One training of boosted trees without Spark: each shard a rank, each rank a thread of this JVM.
 *
 * @param model its bytes, the same on all ranks
 * @param seconds from opening the devices to the model
 * @param firstRound seconds to the end of the first round
 * @param medianRound seconds of a later round; 0 where there is none
 */
record BareBoosting(byte[] model, double seconds, double firstRound, double medianRound) {

    /**
     * Trains.
     *
     * @param backends opens a rank's device; closed here
     * @param threads of each rank
     * @param beforeTheEnd called by rank 0 when all rounds are done and the device still has everything
     */
    static BareBoosting train(
            BoostingSettings settings,
            List<Shard> shards,
            IntFunction<Backend> backends,
            int threads,
            Runnable beforeTheEnd)
            throws InterruptedException {
        int ranks = shards.size();
        List<? extends Collective> group = ranks == 1 ? List.of(Collective.solo()) : InProcessCollective.group(ranks);
        BoostingAlgorithm algorithm = new BoostingAlgorithm(settings);
        List<Long> roundEnds = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(ranks);
        long start = System.nanoTime();
        try {
            List<Future<byte[]>> results = IntStream.range(0, ranks)
                    .mapToObj(rank -> executor.submit(() -> {
                        try (Backend backend = backends.apply(rank);
                                Collective collective = group.get(rank)) {
                            Rank worker = new Rank(
                                    backend,
                                    collective,
                                    threads,
                                    rank > 0 ? new ArrayList<>() : roundEnds,
                                    rank > 0 ? () -> {} : beforeTheEnd);
                            return algorithm.train(worker, shards.get(rank));
                        }
                    }))
                    .toList();
            byte[] model = results.get(0).get();
            for (Future<byte[]> result : results) {
                if (!Arrays.equals(model, result.get())) {
                    throw new IllegalStateException("two ranks made two models");
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double[] rounds = IntStream.range(1, roundEnds.size())
                    .mapToDouble(round -> (roundEnds.get(round) - roundEnds.get(round - 1)) / 1e9)
                    .sorted()
                    .toArray();
            return new BareBoosting(
                    model,
                    seconds,
                    (roundEnds.get(0) - start) / 1e9,
                    rounds.length == 0 ? 0 : rounds[rounds.length / 2]);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a rank failed: " + failed.getCause(), failed.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private record Rank(
            Backend backend, Collective collective, int numThreads, List<Long> roundEnds, Runnable beforeTheEnd)
            implements Worker {

        @Override
        public List<RoundState> finishedRounds() {
            return List.of();
        }

        @Override
        public void roundFinished(RoundReport report, RoundState state) {
            roundEnds.add(System.nanoTime());
            if (report.round() == report.numRounds() - 1) {
                beforeTheEnd.run();
            }
        }

        @Override
        public void checkCancelled() {}
    }
}
