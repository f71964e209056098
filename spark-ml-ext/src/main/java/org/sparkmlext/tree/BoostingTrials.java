package org.sparkmlext.tree;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sparkmlext.data.Shard;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrialRace;
import org.sparkmlext.training.TrialReport;
import org.sparkmlext.training.Worker;

/**
 * A search over settings of {@link BoostingAlgorithm} on one table: the rows are binned once, and the trials train on these bins one
 * after another, each with all ranks and threads. A trial that goes on in a later rung takes up the trees it has, so that its model
 * is, bit for bit, the one of an unbroken training.
 *
 * <p>A round of this algorithm is a turn of a trial; its report is a {@link TrialReport}. Ranks decide alike who goes on, because all
 * values are sums over ranks. The result is that of {@link #decode}.
 */
public record BoostingTrials(Settings settings) implements TrainingAlgorithm<BoostingTrials.Settings> {

    /**
     * The trials and their order.
     *
     * @param trials all of the same objective and {@code maxBins}, without initial models, watching the same {@code validationMetric},
     *     which is the search's
     * @param plan how far each is taken
     */
    public record Settings(List<BoostingSettings> trials, SearchPlan plan) implements Serializable {

        public Settings {
            trials = List.copyOf(trials);
            if (trials.size() != plan.rungs().get(0).trials()) {
                throw new IllegalArgumentException(
                        "the plan is for " + plan.rungs().get(0).trials() + " trials, got " + trials.size());
            }
            BoostingSettings first = trials.get(0);
            for (BoostingSettings trial : trials) {
                boolean areBinsShared = trial.maxBins() == first.maxBins()
                        && trial.objective().equals(first.objective())
                        && trial.validationMetric().equals(first.validationMetric())
                        && trial.initialModel() == null;
                if (!areBinsShared) {
                    throw new IllegalArgumentException("trials on one binned table have the same objective, maxBins and"
                            + " validationMetric, and no initial model; got " + trial + " beside " + first);
                }
            }
        }

        private int budget(TrialRace.Turn turn) {
            int own = trials.get(turn.trial()).numTrees();
            return turn.budget() == 0 ? own : Math.min(turn.budget(), own);
        }
    }

    /**
     * What a search ends with.
     *
     * @param trial number of the best trial
     * @param forest its model, as {@link ForestCodec} writes it
     */
    public record Best(int trial, byte[] forest) {}

    /** Reads what {@link #train} returns. */
    public static Best decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int trial = in.getInt();
        byte[] forest = new byte[in.remaining()];
        in.get(forest);
        return new Best(trial, forest);
    }

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        Map<String, Long> fileBytes = new LinkedHashMap<>();
        for (BoostingSettings trial : settings.trials()) {
            MemoryPlan plan = new BoostingAlgorithm(trial).memoryPlan(shape);
            plan.bytesByPurpose().forEach((purpose, needed) -> bytes.merge(purpose, needed, Math::max));
            plan.fileBytesByPurpose().forEach((purpose, needed) -> fileBytes.merge(purpose, needed, Math::max));
        }
        return new MemoryPlan(bytes, fileBytes);
    }

    @Override
    public int maxRows() {
        return new BoostingAlgorithm(settings.trials().get(0)).maxRows();
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        boolean isSampling = settings.trials().stream().anyMatch(trial -> trial.subsamplingRate() < 1);
        try (HostThreads threads = new HostThreads(worker.numThreads());
                BinnedShard rows =
                        BinnedShard.of(worker, shard, settings.trials().get(0).maxBins(), isSampling, threads)) {
            return new Search(rows, worker, threads).run();
        }
    }

    /** One rank's search. */
    private final class Search {
        private final BinnedShard rows;
        private final Worker worker;
        private final HostThreads threads;
        private final TrialRace race = new TrialRace(settings.plan());
        /** Rounds that each trial has behind it. */
        private final List<List<RoundState>> rounds = new ArrayList<>();

        private int turns;

        Search(BinnedShard rows, Worker worker, HostThreads threads) {
            this.rows = rows;
            this.worker = worker;
            this.threads = threads;
            settings.trials().forEach(trial -> rounds.add(new ArrayList<>()));
        }

        byte[] run() {
            for (RoundState state : worker.finishedRounds()) {
                TrialTurn.Ended ended = TrialTurn.decode(state.bytes());
                TrialRace.Turn turn = race.next().orElseThrow();
                rounds.get(turn.trial()).addAll(ended.rounds());
                race.finished(turn, ended.value());
                turns++;
            }
            for (Optional<TrialRace.Turn> turn = race.next(); turn.isPresent(); turn = race.next()) {
                worker.checkCancelled();
                train(turn.get());
            }
            int best = race.best()
                    .orElseThrow(() -> new IllegalStateException("no trial of " + rounds.size() + " has a value of "
                            + settings.trials().get(0).validationMetric() + "; is there a validation row?"));
            List<SearchPlan.Rung> rungs = settings.plan().rungs();
            TrialRace.Turn last = new TrialRace.Turn(
                    best, rungs.size() - 1, rungs.get(rungs.size() - 1).budget());
            // All its trees are there, so that this only puts them together.
            try (BoostingRun run =
                    run(last, new TrialTurn(worker, turns, settings.plan().numTurns(), rounds.get(best)))) {
                byte[] forest = ForestCodec.write(run.train());
                return ByteBuffer.allocate(Integer.BYTES + forest.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(best)
                        .put(forest)
                        .array();
            }
        }

        private BoostingRun run(TrialRace.Turn turn, TrialTurn ofTurn) {
            BoostingSettings trial = settings.trials().get(turn.trial()).withNumTrees(settings.budget(turn));
            return BoostingRun.on(rows, trial, ofTurn, threads);
        }

        private void train(TrialRace.Turn turn) {
            long start = System.nanoTime();
            List<RoundState> known = rounds.get(turn.trial());
            TrialTurn ofTurn = new TrialTurn(worker, turns, settings.plan().numTurns(), known);
            double value;
            int kept;
            try (BoostingRun run = run(turn, ofTurn)) {
                run.train();
                value = run.keptValue();
                kept = run.keptRounds();
            }
            known.addAll(ofTurn.newRounds());
            race.finished(turn, value);
            double seconds = (System.nanoTime() - start) / 1e9;
            TrialReport report = new TrialReport(turn.trial(), turn.rung(), kept, value, seconds);
            worker.roundFinished(
                    new RoundReport(turns, settings.plan().numTurns(), report.toMetrics(), ofTurn.rows()),
                    new RoundState(turns, TrialTurn.encode(new TrialTurn.Ended(value, ofTurn.newRounds()))));
            turns++;
        }
    }
}
