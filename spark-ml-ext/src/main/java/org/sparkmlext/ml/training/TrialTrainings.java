package org.sparkmlext.ml.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Transformer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrialRace;
import org.sparkmlext.training.TrialReport;

/**
 * Trials that are trainings of their own, several at a time. They cannot block each other: a training takes all its slots at once or
 * none, and one that has them needs nothing of the others. A trial that goes on to a later rung is trained anew, with more epochs.
 */
final class TrialTrainings {
    private final ModelSearch search;
    private final SearchPlan plan;
    private final int parallelism;
    private final SearchListener listener;

    TrialTrainings(ModelSearch search, SearchPlan plan, int parallelism, SearchListener listener) {
        this.search = search;
        this.plan = plan;
        this.parallelism = parallelism;
        this.listener = listener;
    }

    /** A turn that has ended: with a model or a failure. */
    private record Ended(
            TrialRace.Turn turn,
            @Nullable Transformer model,
            TrialReport report,
            @Nullable RuntimeException failure) {}

    ModelSearch.Found run(List<Map<String, String>> trials, ModelSearch.Rows rows) {
        TrialRace race = new TrialRace(plan);
        Ended best = null;
        RuntimeException failure = null;
        ExecutorService threads = Executors.newFixedThreadPool(parallelism, body -> {
            Thread thread = new Thread(body, "spark-ml-ext trial");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletionService<Ended> running = new ExecutorCompletionService<>(threads);
            while (!race.isOver()) {
                for (Optional<TrialRace.Turn> next = race.next(); next.isPresent(); next = race.next()) {
                    TrialRace.Turn turn = next.get();
                    running.submit(() -> train(turn, trials.get(turn.trial()), rows));
                }
                Ended ended = await(running.take());
                if (ended.failure() == null) {
                    listener.finished(ended.report());
                    best = best == null || isBefore(ended.report(), best.report()) ? ended : best;
                } else {
                    failure = failure == null ? ended.failure() : failure;
                    listener.failed(ended.turn().trial(), FailureText.of(ended.failure()));
                }
                race.finished(ended.turn(), ended.report().value());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("the search was cancelled: the calling thread was interrupted");
        } finally {
            // Interrupts what still runs, which ends it.
            threads.shutdownNow();
        }
        if (best == null || best.model() == null || race.best().isEmpty()) {
            throw ModelSearch.allFailed(failure);
        }
        return new ModelSearch.Found(best.turn().trial(), best.model());
    }

    /** A later rung, a better value, an earlier trial: as the race ranks them. */
    private boolean isBefore(TrialReport one, TrialReport other) {
        if (one.rung() != other.rung()) {
            return one.rung() > other.rung();
        }
        int order = Double.compare(one.value(), other.value());
        return order == 0 ? one.trial() < other.trial() : plan.largerIsBetter() == order > 0;
    }

    private Ended train(TrialRace.Turn turn, Map<String, String> trial, ModelSearch.Rows rows) {
        long start = System.nanoTime();
        Map<String, String> settings = new LinkedHashMap<>(search.merged(trial));
        if (turn.budget() > 0) {
            settings.put("maxEpochs", Integer.toString(turn.budget()));
        }
        SparkContext context = rows.table().rows().sparkSession().sparkContext();
        if (parallelism > 1 && context.isLocal()) {
            // All trials share the cores of this JVM.
            settings.putIfAbsent(
                    "numThreads", Integer.toString(Math.max(1, context.defaultParallelism() / parallelism)));
        }
        boolean stopsEarly =
                !settings.getOrDefault("earlyStoppingRounds", "0").strip().equals("0");
        Epochs epochs = new Epochs(
                "validation-" + settings.getOrDefault("validationMetric", "loss"), stopsEarly, plan.largerIsBetter());
        try {
            Transformer model = rows.fit(search.training(settings, epochs));
            return new Ended(turn, model, report(turn, epochs, start), null);
        } catch (TrainingCancelledException cancelled) {
            throw cancelled;
        } catch (RuntimeException failed) {
            return new Ended(turn, null, report(turn, epochs.failed(), start), failed);
        }
    }

    private static TrialReport report(TrialRace.Turn turn, Epochs epochs, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        return new TrialReport(turn.trial(), turn.rung(), epochs.epochs, epochs.value, seconds);
    }

    private static Ended await(Future<Ended> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException("a trial failed: " + e.getCause(), e.getCause());
        }
    }

    /** What a training's model is worth: the best epoch's value where training stops early, else the last one's. */
    private static final class Epochs implements TrainingListener {
        private final String metric;
        private final boolean stopsEarly;
        private final boolean isLargerBetter;
        private int epochs;
        private double value = Double.NaN;

        Epochs(String metric, boolean stopsEarly, boolean isLargerBetter) {
            this.metric = metric;
            this.stopsEarly = stopsEarly;
            this.isLargerBetter = isLargerBetter;
        }

        @Override
        public void roundFinished(RoundReport report) {
            double now = report.metrics().getOrDefault(metric, Double.NaN);
            boolean isBetter = Double.isNaN(value) || (isLargerBetter ? now > value : now < value);
            if (isBetter || !stopsEarly) {
                value = now;
                epochs = report.round() + 1;
            }
        }

        Epochs failed() {
            value = Double.NaN;
            return this;
        }
    }
}
