package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.training.OpenResources;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;

/** One rank's run of {@link BoostingAlgorithm}: the rows on the device and the loop over rounds. */
final class BoostingRun implements AutoCloseable {

    /** Smallest step of all scores that counts, as a part of the base score. */
    private static final float SMALLEST_STEP = 1e-6f;

    private final BoostingSettings settings;
    private final Worker worker;
    private final List<String> featureNames;
    private final Objective objective;
    private final RowStatistics statistics;
    private final BinEdges edges;
    private final DeviceRows training;
    private final DeviceRows validation;
    private final float[] baseScores;
    private final @Nullable Forest initialModel;
    private final MetricPlan plan;
    private final MetricHistory history;
    private final RoundMetrics metrics;
    private final RoundGradients gradients;
    private final TreeGrower grower;
    private final WeightedQuantiles quantiles;
    /** All that must be closed, the device's memory and the host's threads. */
    private final OpenResources held;
    /** Round by round, in each one tree an output. */
    private final List<GrownTree> trees = new ArrayList<>();

    private BoostingRun(BoostingStart start, BinnedShard rows, Worker worker, HostThreads threads, OpenResources held) {
        this.settings = start.settings();
        this.worker = worker;
        this.held = held;
        this.featureNames = rows.shard.featureNames();
        Backend backend = worker.backend();
        Collective collective = worker.collective();
        statistics = start.statistics();
        objective = start.objective();
        initialModel = start.initialModel();
        plan = start.plan();
        baseScores = start.baseScores();
        edges = rows.training.edges();
        boolean hasWeights = statistics.hasWeights();
        int numOutputs = start.numOutputs();
        training =
                held.add(DeviceRows.of(backend, rows.training.rows(), rows.shard.training(), hasWeights, numOutputs));
        validation = held.add(DeviceRows.of(backend, rows.validation, rows.shard.validation(), hasWeights, numOutputs));
        start.training().moveTo(training);
        start.validation().moveTo(validation);
        history = new MetricHistory(settings, plan, statistics.validationRows() > 0);
        metrics = new RoundMetrics(plan, backend.trees(), collective);
        CustomLoss customLoss = objective.custom() == null
                ? null
                : new CustomLoss(objective.custom(), collective.rank(), training, threads);
        Buffer rowKeys = settings.subsamplingRate() < 1 ? rows.rowKeys : null;
        gradients = held.add(new RoundGradients(settings, worker, plan, statistics, training, rowKeys, customLoss));
        grower = held.add(new TreeGrower(
                settings,
                collective,
                backend,
                training.bins,
                rows.training.isSparse(),
                statistics.rows(),
                NodeHistograms.MAX_POOL_BYTES,
                worker::checkCancelled));
        quantiles = new WeightedQuantiles(
                backend.trees(),
                collective,
                grower.partition(),
                training.labels,
                training.weights,
                FixedPoint.exponent(statistics.maxWeight(), statistics.rows()));
        startFromQuantiles();
    }

    /** Bins the rows and takes everything to the device; frees it all where a step fails. Collective. */
    static BoostingRun prepare(BoostingSettings settings, Worker worker, Shard shard) {
        OpenResources held = new OpenResources();
        try {
            HostThreads threads = held.add(new HostThreads(worker.numThreads()));
            BoostingStart start = BoostingStart.of(settings, worker, shard, threads);
            // From here on the blocks lose their features: the bins take their place.
            BinnedShard rows = held.add(
                    BinnedShard.of(worker, shard, settings.maxBins(), settings.subsamplingRate() < 1, threads));
            return new BoostingRun(start, rows, worker, threads, held);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    /**
     * A run on rows that are binned already, by as many bins as the settings say, and stay the caller's; frees what it allocates where
     * a step fails. Collective.
     *
     * @param settings without an initial model, whose scores need the features
     */
    static BoostingRun on(BinnedShard rows, BoostingSettings settings, Worker worker, HostThreads threads) {
        OpenResources held = new OpenResources();
        try {
            BoostingStart start = BoostingStart.of(settings, worker, rows.shard, threads);
            return new BoostingRun(start, rows, worker, threads, held);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    /** Losses whose best constant is a quantile start from it; it takes the rows to be on the device. */
    private void startFromQuantiles() {
        if (initialModel != null || statistics.hasBaseMargins()) {
            return;
        }
        List<RowRange> all = List.of(new RowRange(0, training.numRows()));
        for (OutputGroup group : plan.groups()) {
            if (!Double.isNaN(group.leafQuantile())) {
                int output = group.firstOutput();
                baseScores[output] = quantiles.of(training.scores.get(output), all, group.leafQuantile())[0];
                training.setScores(output, baseScores[output]);
                validation.setScores(output, baseScores[output]);
            }
        }
    }

    /**
     * Runs all rounds that earlier attempts have not finished. A round is finished when its metrics are known: those of the
     * training rows come out of the next round's pass for gradients, so that the rows are passed over once a round.
     */
    Forest train() {
        boolean isDone = resume(worker.finishedRounds());
        List<GrownTree> unreported = List.of();
        for (int round = finishedRounds(); round < settings.numTrees() && !isDone; round++) {
            worker.checkCancelled();
            List<GradientScale> scales = gradients(round, unreported);
            unreported = List.of();
            if (history.shouldStop()) {
                break;
            }
            unreported = boost(round, scales);
            isDone = unreported.isEmpty();
        }
        if (!unreported.isEmpty()) {
            long[] round = new long[plan.sumsLength()];
            if (plan.measuresTraining(finishedRounds() - 1)) {
                metrics.add(training, round, 0);
            }
            addValidation(round);
            worker.collective().sum(round, 0, round.length);
            roundFinished(unreported, round);
        }
        List<GrownTree> kept = trees.subList(0, history.roundsToKeep() * numOutputs());
        Forest grown = ForestBuilder.build(featureNames, objective.kind().paramValue(), baseScores, kept, edges);
        return initialModel == null ? grown : initialModel.followedBy(grown);
    }

    /** Rounds whose trees the forest has, those of an initial model not counted. */
    int keptRounds() {
        return history.roundsToKeep();
    }

    /** The watched metric of the validation rows after the last of {@link #keptRounds}; NaN where there is none. */
    double keptValue() {
        return history.watched(keptRounds() - 1);
    }

    private int numOutputs() {
        return training.scores.size();
    }

    private int finishedRounds() {
        return trees.size() / numOutputs();
    }

    private boolean resume(List<RoundState> finished) {
        for (RoundState state : finished) {
            RoundCodec.Round round = RoundCodec.decode(state.bytes());
            for (int output = 0; output < round.trees().size(); output++) {
                BinTree tree = round.trees().get(output).bins();
                kernels().addTree(training.bins, tree, training.scores.get(output));
                kernels().addTree(validation.bins, tree, validation.scores.get(output));
            }
            trees.addAll(round.trees());
            history.add(round.metricSums());
        }
        return history.shouldStop();
    }

    /** Adds one tree an output, all on the gradients of the round's start; empty where no further tree can gain. */
    private List<GrownTree> boost(int round, List<GradientScale> scales) {
        List<GrownTree> grown = new ArrayList<>(numOutputs());
        boolean isAnyGrown = isSampling();
        for (OutputGroup group : plan.groups()) {
            for (int i = 0; i < group.numOutputs(); i++) {
                int output = group.firstOutput() + i;
                TreeGrower.Growth growth = grow(round, group, output, scales.get(output));
                grower.addToScores(growth, training.scores.get(output));
                kernels().addTree(validation.bins, growth.tree().bins(), validation.scores.get(output));
                grown.add(growth.tree());
                isAnyGrown |= !growth.tree().isStump() || movesScores(growth.values()[0], output);
            }
        }
        if (!isAnyGrown) {
            return List.of();
        }
        trees.addAll(grown);
        return grown;
    }

    /**
     * Whether a tree of one leaf is worth a round: where training does not start from the loss's best constant (base margins,
     * an earlier model, a user's own loss, Huber's) the first steps may be towards it. Rounding errors are no steps.
     */
    private boolean movesScores(float value, int output) {
        return Math.abs(value) > SMALLEST_STEP * Math.max(Math.abs(baseScores[output]), Float.MIN_NORMAL);
    }

    private TreeGrower.Growth grow(int round, OutputGroup group, int output, GradientScale scale) {
        // Counted from the first round of all, so that training in two parts draws what training in one does.
        int drawn = (firstRound() + round) * numOutputs() + output;
        Buffer scores = training.scores.get(output);
        double level = group.leafQuantile();
        return grower.grow(
                gradients.buffer(output),
                scale,
                new ColumnSampler(settings, edges.edges().length, drawn),
                Double.isNaN(level) ? null : leaves -> quantiles.of(scores, leaves, level));
    }

    private int firstRound() {
        return initialModel == null ? 0 : initialModel.numRounds();
    }

    private void addValidation(long[] round) {
        metrics.add(validation, round, plan.setLength());
        // Small limbs leave room for the sum over ranks.
        MetricSums.carry(round);
    }

    /** @param sums over all ranks */
    private void roundFinished(List<GrownTree> grown, long[] sums) {
        MetricSums.carry(sums);
        long[] round = Arrays.copyOf(sums, plan.length());
        metrics.putRanking(validation, round);
        history.add(round);
        int number = finishedRounds() - 1;
        worker.roundFinished(
                new RoundReport(number, settings.numTrees(), history.latest(), statistics.rows()),
                new RoundState(number, RoundCodec.encode(new RoundCodec.Round(grown, round))));
    }

    private boolean isSampling() {
        return settings.subsamplingRate() < 1
                || settings.colsampleByTree() < 1
                || settings.colsampleByLevel() < 1
                || settings.colsampleByNode() < 1;
    }

    /**
     * Computes gradients and picks the histogram precision from their global sums; finishes the round before, whose metrics
     * come with them.
     *
     * @param unreported the trees of the round before where that is not finished
     */
    private List<GradientScale> gradients(int round, List<GrownTree> unreported) {
        boolean isFinishing = !unreported.isEmpty();
        boolean withMetrics = isFinishing && plan.measuresTraining(finishedRounds() - 1);
        long[] sums = new long[plan.sumsLength()];
        // One exchange for metrics and totals.
        long[] exchanged = new long[sums.length + gradients.totalsLength()];
        gradients.compute(firstRound() + round, withMetrics, sums, exchanged, sums.length);
        if (withMetrics) {
            metrics.addCustom(training, sums, 0);
        }
        if (isFinishing) {
            addValidation(sums);
            System.arraycopy(sums, 0, exchanged, 0, sums.length);
        }
        int from = isFinishing ? 0 : sums.length;
        worker.collective().sum(exchanged, from, exchanged.length - from);
        if (isFinishing) {
            roundFinished(unreported, Arrays.copyOf(exchanged, sums.length));
        }
        return gradients.scales(exchanged, sums.length);
    }

    private TreeKernels kernels() {
        return worker.backend().trees();
    }

    @Override
    public void close() {
        held.close();
    }
}
