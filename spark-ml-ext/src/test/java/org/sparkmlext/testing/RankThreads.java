package org.sparkmlext.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.Worker;

/** Trains without Spark: each shard is a rank, each rank a thread of this JVM. */
public final class RankThreads {

    private RankThreads() {}

    /**
     * What a run left behind.
     *
     * @param model the model's bytes, the same on all ranks
     * @param states rank 0's round states
     * @param metrics rank 0's metrics of each round
     * @param log what the ranks said of their work, one after the other
     */
    public record Outcome(byte[] model, List<RoundState> states, List<Map<String, Double>> metrics, List<String> log) {}

    /** Trains on the CPU. */
    public static Outcome train(TrainingAlgorithm<?> algorithm, List<Shard> shards, int threads) {
        return train(
                algorithm,
                shards,
                rank -> Backends.open("cpu", BackendOptions.threads(threads)).backend(),
                List.of());
    }

    /** @param finished states of an earlier attempt */
    public static Outcome train(
            TrainingAlgorithm<?> algorithm,
            List<Shard> shards,
            IntFunction<Backend> backends,
            List<RoundState> finished) {
        return train(algorithm, shards, backends, finished, InProcessCollective.group(shards.size()));
    }

    /** @param collectives of the ranks, closed at the end */
    public static Outcome train(
            TrainingAlgorithm<?> algorithm,
            List<Shard> shards,
            IntFunction<Backend> backends,
            List<RoundState> finished,
            List<? extends Collective> collectives) {
        List<RecordingWorker> workers = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(shards.size());
        try {
            List<Future<byte[]>> results = new ArrayList<>();
            for (int rank = 0; rank < shards.size(); rank++) {
                RecordingWorker worker = new RecordingWorker(collectives.get(rank), backends.apply(rank), finished);
                workers.add(worker);
                results.add(executor.submit(run(algorithm, worker, shards.get(rank))));
            }
            List<byte[]> models = new ArrayList<>();
            RuntimeException failure = null;
            for (Future<byte[]> result : results) {
                try {
                    models.add(result.get());
                } catch (ExecutionException e) {
                    failure = worse(failure, e.getCause());
                }
            }
            if (failure != null) {
                throw failure;
            }
            for (byte[] model : models) {
                org.assertj.core.api.Assertions.assertThat(model).isEqualTo(models.get(0));
            }
            List<String> log =
                    workers.stream().flatMap(worker -> worker.log.stream()).toList();
            return new Outcome(models.get(0), workers.get(0).states, workers.get(0).metrics, log);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            executor.shutdownNow();
        }
    }

    /** A rank that only heard of another's failure has less to say than that one. */
    private static RuntimeException worse(RuntimeException before, Throwable now) {
        RuntimeException failure = now instanceof RuntimeException runtime ? runtime : new IllegalStateException(now);
        return before == null || before instanceof CollectiveException ? failure : before;
    }

    private static Callable<byte[]> run(TrainingAlgorithm<?> algorithm, RecordingWorker worker, Shard shard) {
        return () -> {
            try (Backend backend = worker.backend();
                    Collective collective = worker.collective()) {
                try {
                    return algorithm.train(worker, shard);
                } catch (RuntimeException e) {
                    collective.abort(e);
                    throw e;
                }
            }
        };
    }

    private static final class RecordingWorker implements Worker {
        private final Collective collective;
        private final Backend backend;
        private final List<RoundState> finished;
        private final List<RoundState> states = new ArrayList<>();
        private final List<Map<String, Double>> metrics = new ArrayList<>();
        private final List<String> log = new ArrayList<>();

        private RecordingWorker(Collective collective, Backend backend, List<RoundState> finished) {
            this.collective = collective;
            this.backend = backend;
            this.finished = finished;
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @Override
        public Collective collective() {
            return collective;
        }

        @Override
        public int numThreads() {
            return 2;
        }

        @Override
        public List<RoundState> finishedRounds() {
            return finished;
        }

        @Override
        public void roundFinished(RoundReport report, RoundState state) {
            states.add(state);
            metrics.add(report.metrics());
        }

        @Override
        public void log(String line) {
            log.add(line);
        }

        @Override
        public void checkCancelled() {}
    }
}
