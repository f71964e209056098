package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;

/** One rank's run of {@link BoostingAlgorithm}: the rows on the device and the loop over rounds. */
final class BoostingRun implements AutoCloseable {

    private static final PointwiseLoss LOSS = PointwiseLoss.logistic();
    /** Of a gradient's 30 bits, coarse histograms keep 15; a mean below this many units would lose small rows. */
    private static final long COARSE_MIN_MEAN = 1L << 22;

    private final BoostingSettings settings;
    private final Worker worker;
    private final List<String> featureNames;
    private final RowStatistics statistics;
    private final BinEdges edges;
    private final DeviceRows training;
    private final DeviceRows validation;
    private final Buffer gradients;
    private final @Nullable Buffer rowKeys;
    private final TreeGrower grower;
    private final MetricHistory history;
    private final List<GrownTree> trees = new ArrayList<>();

    private BoostingRun(
            BoostingSettings settings,
            Worker worker,
            List<String> featureNames,
            RowStatistics statistics,
            BinEdges edges,
            DeviceRows training,
            DeviceRows validation,
            @Nullable Buffer rowKeys) {
        this.settings = settings;
        this.worker = worker;
        this.featureNames = featureNames;
        this.statistics = statistics;
        this.edges = edges;
        this.training = training;
        this.validation = validation;
        this.rowKeys = rowKeys;
        this.gradients = worker.backend().allocate(ElementType.LONG, training.numRows());
        this.grower = new TreeGrower(
                settings,
                worker.collective(),
                worker.backend(),
                training.bins,
                statistics.rows(),
                NodeHistograms.MAX_POOL_BYTES,
                worker::checkCancelled);
        this.history = new MetricHistory(settings, statistics.validationRows() > 0);
    }

    /** Bins the rows and takes everything to the device. Collective. */
    static BoostingRun prepare(BoostingSettings settings, Worker worker, Shard shard) {
        Backend backend = worker.backend();
        Collective collective = worker.collective();
        RowStatistics statistics = RowStatistics.of(shard.training(), shard.validation(), collective);
        if (settings.earlyStoppingRounds() > 0 && statistics.validationRows() == 0) {
            throw new InvalidTrainingDataException("earlyStoppingRounds is " + settings.earlyStoppingRounds()
                    + ", but there is no validation row to watch; set validationIndicatorCol to a column that is true for"
                    + " some rows, or earlyStoppingRounds to 0");
        }
        try (HostThreads threads = new HostThreads(worker.numThreads())) {
            // Before the rows are binned: binning drops the values that keys are made of.
            Buffer rowKeys = settings.subsamplingRate() < 1 ? rowKeys(worker, shard, threads) : null;
            Binning binning = new Binning(collective, backend.trees(), threads, worker::checkCancelled);
            Binning.Result binned = binning.training(shard.training(), shard.numFeatures(), settings.maxBins());
            worker.checkCancelled();
            boolean hasWeights = statistics.hasWeights();
            DeviceRows training = DeviceRows.of(backend, binned.rows(), shard.training(), hasWeights);
            DeviceRows validation = DeviceRows.of(
                    backend, binning.others(shard.validation(), binned.edges()), shard.validation(), hasWeights);
            return new BoostingRun(
                    settings, worker, shard.featureNames(), statistics, binned.edges(), training, validation, rowKeys);
        }
    }

    private static Buffer rowKeys(Worker worker, Shard shard, HostThreads threads) {
        long[] keys = new RowKeys(worker.collective(), threads).keys(shard.training());
        Buffer buffer = worker.backend().allocate(ElementType.LONG, keys.length);
        buffer.copyIn(0, keys, 0, keys.length);
        return buffer;
    }

    /**
     * Runs all rounds that earlier attempts have not finished. A round is finished when its metrics are known: those of the
     * training rows come out of the next round's pass for gradients, so that the rows are passed over once a round.
     */
    Forest train() {
        training.resetScores(statistics.baseScore());
        validation.resetScores(statistics.baseScore());
        boolean isDone = resume(worker.finishedRounds());
        GrownTree unreported = null;
        for (int round = trees.size(); round < settings.numTrees() && !isDone; round++) {
            worker.checkCancelled();
            GradientScale scale = gradients(round, unreported);
            unreported = null;
            if (history.shouldStop()) {
                break;
            }
            unreported = boost(round, scale);
            isDone = unreported == null;
        }
        if (unreported != null) {
            finishLastRound(unreported);
        }
        return ForestBuilder.build(
                featureNames,
                "logistic",
                new float[] {statistics.baseScore()},
                trees.subList(0, history.treesToKeep()),
                edges);
    }

    private boolean resume(List<RoundState> finished) {
        for (RoundState state : finished) {
            RoundCodec.Round round = RoundCodec.decode(state.bytes());
            kernels().addTree(training.bins, round.tree().bins(), training.scores);
            kernels().addTree(validation.bins, round.tree().bins(), validation.scores);
            trees.add(round.tree());
            history.add(round.metricSums());
        }
        return history.shouldStop();
    }

    /** Adds one tree; null where no further tree can gain. */
    private @Nullable GrownTree boost(int round, GradientScale scale) {
        TreeGrower.Growth growth =
                grower.grow(gradients, scale, new ColumnSampler(settings, edges.edges().length, round));
        if (growth.tree().isStump() && !isSampling()) {
            return null;
        }
        grower.addToScores(growth, training.scores);
        kernels().addTree(validation.bins, growth.tree().bins(), validation.scores);
        trees.add(growth.tree());
        return growth.tree();
    }

    private void finishLastRound(GrownTree tree) {
        long[] sums = new long[MetricHistory.SET_LENGTH];
        addMetrics(training, sums);
        long[] both = withValidation(sums);
        worker.collective().sum(both, 0, both.length);
        roundFinished(tree, both);
    }

    /** Sums of this rank's training rows, as given, then those of its validation rows. */
    private long[] withValidation(long[] trainingSums) {
        long[] watched = new long[MetricHistory.SET_LENGTH];
        addMetrics(validation, watched);
        long[] both = Arrays.copyOf(trainingSums, 2 * MetricHistory.SET_LENGTH);
        System.arraycopy(watched, 0, both, MetricHistory.SET_LENGTH, MetricHistory.SET_LENGTH);
        // Small limbs leave room for the sum over ranks.
        MetricSums.carry(both);
        return both;
    }

    private void addMetrics(DeviceRows rows, long[] sums) {
        kernels().metricSums(MetricHistory.ROW_METRICS, List.of(rows.scores), rows.labels, rows.weights, sums);
    }

    /** @param sums over all ranks */
    private void roundFinished(GrownTree tree, long[] sums) {
        MetricSums.carry(sums);
        history.add(sums);
        int round = trees.size() - 1;
        worker.roundFinished(
                new RoundReport(round, settings.numTrees(), history.latest(), statistics.rows()),
                new RoundState(round, RoundCodec.encode(new RoundCodec.Round(tree, sums))));
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
     * @param unreported the tree of the round before where that is not finished
     */
    private GradientScale gradients(int round, @Nullable GrownTree unreported) {
        // |p - y| <= 1 and p (1 - p) <= 1/4: bounds that need no pass over the rows.
        double maxWeight = statistics.maxWeight();
        GradientScale coarse = GradientScale.of(maxWeight, maxWeight / 4, GradientScale.Precision.COARSE);
        RowSampling sampling = rowKeys == null
                ? null
                : RowSampling.of(RowSampling.mix(settings.seed() * 31 + round), settings.subsamplingRate());
        List<RowMetric> metrics = unreported == null ? List.of() : MetricHistory.ROW_METRICS;
        long[] sums = new long[MetricSums.length(metrics)];
        GradientTotals local = kernels()
                .gradients(
                        LOSS,
                        List.of(training.scores),
                        training.labels,
                        training.weights,
                        sampling,
                        rowKeys,
                        coarse,
                        List.of(gradients),
                        metrics,
                        sums)
                .get(0);
        long[] metricSums = unreported == null ? new long[0] : withValidation(sums);
        // One exchange for all of it.
        long[] totals = Arrays.copyOf(metricSums, metricSums.length + 3);
        int at = metricSums.length;
        totals[at] = local.absoluteGradient();
        totals[at + 1] = local.hessian();
        totals[at + 2] = local.count();
        worker.collective().sum(totals, 0, totals.length);
        if (unreported != null) {
            roundFinished(unreported, Arrays.copyOf(totals, at));
        }
        long rows = Math.max(1, totals[at + 2]);
        boolean isCoarseEnough = totals[at] / rows >= COARSE_MIN_MEAN && totals[at + 1] / rows >= COARSE_MIN_MEAN;
        return isCoarseEnough
                ? coarse
                : new GradientScale(coarse.gradientExponent(), coarse.hessianExponent(), GradientScale.Precision.FINE);
    }

    private TreeKernels kernels() {
        return worker.backend().trees();
    }

    @Override
    public void close() {
        grower.close();
        gradients.close();
        if (rowKeys != null) {
            rowKeys.close();
        }
        training.close();
        validation.close();
    }
}
