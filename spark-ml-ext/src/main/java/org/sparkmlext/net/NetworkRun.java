package org.sparkmlext.net;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.NonFinite;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;

/**
 * One rank's run of {@link NetworkAlgorithm}: the loop over epochs and batches.
 *
 * <p>A step: every rank computes the gradients of its part of the batch, they are summed over ranks in a fixed order, and every rank
 * makes the same update, so that all hold the same parameters bit for bit without ever sending them.
 */
final class NetworkRun implements AutoCloseable {

    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int EVALUATION_ROWS = 256;

    private final NetworkSettings settings;
    private final Worker worker;
    private final Collective collective;
    private final RankRows training;
    private final RankRows validation;
    private final LocalBatches batches;
    private final BatchFeed trainingFeed;
    private final BatchFeed validationFeed;
    private final TrainedModel model;
    private final RankSums sums;
    private final RowsDigest digest;
    private final EpochHistory history;
    private final LearningRates rates;
    private boolean hasStored;
    private long step;
    private long progressNanos = System.nanoTime();

    /** Compiles nothing yet, but puts the first numbers on the device. Collective. */
    NetworkRun(NetworkSettings settings, Worker worker, Shard shard) {
        this.settings = settings;
        this.worker = worker;
        this.collective = worker.collective();
        requireOneKindOfDevice(worker);
        Architecture architecture = Architecture.fromJson(settings.network());
        training = RankRows.of(shard.training(), architecture.input(), collective);
        validation = RankRows.of(shard.validation(), architecture.input(), collective);
        requireRows();
        architecture = StepsOfRows.resolve(architecture, List.of(training.rows(), validation.rows()), collective);
        Architecture network = StandardisedNetwork.of(withHead(architecture), settings, training.rows(), collective);
        digest = RowsDigest.of(training, validation, collective);
        batches = new LocalBatches(training.rows().numRows(), training.total(), settings.batchSize());
        trainingFeed = new BatchFeed(training.rows(), network, training.first(), settings.augmenter(network));
        validationFeed = new BatchFeed(validation.rows(), network, validation.first(), null);
        history = new EpochHistory(
                (validation.total() > 0 ? "validation-" : "train-") + settings.validationMetric(),
                settings.earlyStoppingRounds());
        rates = new LearningRates(settings, batches.numBatches(), history.isLargerBetter());
        model = new TrainedModel(settings, network, worker.backend().graphs());
        sums = new RankSums(collective, model.memory(), SumsChoice.open(worker, model.memory()));
    }

    /**
     * Every rank makes the update for itself, and back ends round float sums differently: on two kinds of them the ranks' parameters would
     * drift apart.
     */
    private static void requireOneKindOfDevice(Worker worker) {
        List<String> names =
                RankTexts.gather(worker.collective(), worker.backend().name());
        if (names.stream().distinct().count() > 1) {
            String places = IntStream.range(0, names.size())
                    .mapToObj(rank -> "rank " + rank + " on " + names.get(rank))
                    .collect(Collectors.joining(", "));
            throw new InvalidTrainingDataException(
                    "the ranks of a network's training are on different devices: " + places
                            + ". All must be of one kind, since each makes the updates for itself and rounds as its device does. Set device"
                            + " to cpu, or to cuda with a GPU for every worker.");
        }
    }

    private void requireRows() {
        if (training.total() == 0) {
            throw new InvalidTrainingDataException("there is no row to train on");
        }
        if (settings.earlyStoppingRounds() > 0 && validation.total() == 0) {
            throw new InvalidTrainingDataException("earlyStoppingRounds is " + settings.earlyStoppingRounds()
                    + ", but there is no validation row to watch; set validationIndicatorCol to a column that is true for"
                    + " some rows, or earlyStoppingRounds to 0");
        }
    }

    /** The network with a last layer for the classes that the labels show, or for their numbers, where it has none yet. Collective. */
    private Architecture withHead(Architecture architecture) {
        if (!settings.loss().hasClassTarget()) {
            return withTargets(architecture);
        }
        long[] largest = {
            Math.max(training.rows().largestLabel(), validation.rows().largestLabel())
        };
        collective.max(largest, 0, 1);
        int classes = Math.toIntExact(Math.max(2, largest[0] + 1));
        if (!architecture.hasHead()) {
            return architecture.withOutputs(classes);
        }
        if (classes > architecture.numOutputs()) {
            throw new InvalidTrainingDataException("labels go up to " + largest[0] + ", but the network has "
                    + architecture.numOutputs() + " outputs; allowed are labels from 0 to "
                    + (architecture.numOutputs() - 1) + ". Give the network more outputs, or none for one a class.");
        }
        return architecture;
    }

    private Architecture withTargets(Architecture architecture) {
        long[] targets = {
            Math.max(training.rows().numTargets(), validation.rows().numTargets())
        };
        collective.max(targets, 0, 1);
        int each = settings.loss() instanceof LossFunction.Quantile quantile
                ? quantile.levels().size()
                : 1;
        int outputs = Math.toIntExact(targets[0] * each);
        if (architecture.hasHead() && architecture.numOutputs() != outputs) {
            throw new InvalidTrainingDataException("labels have " + targets[0] + " numbers a row, but the network has "
                    + architecture.numOutputs()
                    + " outputs; needed is " + each + " a target. Leave the network's last layer out, and"
                    + " one that fits is added.");
        }
        return architecture.withOutputs(outputs);
    }

    /** Runs all epochs that earlier attempts have not finished; the result is the model as {@link NetworkCodec} writes it. */
    byte[] train() {
        resume(worker.finishedRounds());
        while (history.size() < settings.maxEpochs() && !history.shouldStop() && !isStopped()) {
            int epoch = history.size();
            Map<String, Double> metrics = new LinkedHashMap<>(trainEpoch(epoch));
            metrics.putAll(validate());
            boolean isBest = history.add(metrics);
            rates.epochEnded(history.latest());
            if (settings.choosesBest()) {
                model.keep(isBest);
            }
            worker.roundFinished(
                    new RoundReport(epoch, settings.maxEpochs(), metrics, training.total()),
                    new RoundState(epoch, collective.rank() == 0 ? checkpoint().encode() : new byte[0], true, isBest));
        }
        sums.finish();
        return model.encoded();
    }

    /** Whether the user ended the run with the last epoch; asked before the next, so that an attempt after a lost rank asks too. */
    private boolean isStopped() {
        return history.size() > 0 && worker.shouldStopAfter(history.size() - 1);
    }

    /** Images go to the device once, into what its memory has left when every program of the training is there. */
    private void storeImages() {
        if (!trainingFeed.hasImages() && !validationFeed.hasImages()) {
            return;
        }
        IntStream.range(0, batches.numBatches())
                .map(batches::size)
                .filter(rows -> rows > 0)
                .distinct()
                .forEach(model::trainingProgram);
        for (int from = 0; from < validation.rows().numRows(); from += EVALUATION_ROWS) {
            model.evaluationProgram(Math.min(EVALUATION_ROWS, validation.rows().numRows() - from));
        }
        storeImages("training: ", trainingFeed);
        storeImages("validation: ", validationFeed);
    }

    private void storeImages(String name, BatchFeed feed) {
        if (feed.hasImages()) {
            worker.log(name + feed.store(worker.backend().graphs()));
        }
    }

    private Map<String, Double> trainEpoch(int epoch) {
        if (!hasStored) {
            hasStored = true;
            storeImages();
        }
        int[] order = EpochOrder.of(
                settings.seed(), epoch, collective.rank(), training.rows().numRows());
        SumsOverRows epochSums = new SumsOverRows(model.sumNames());
        for (int batch = 0; batch < batches.numBatches(); batch++) {
            worker.checkCancelled();
            trainBatch(epoch, batch, order);
            model.sumNames().forEach(name -> epochSums.add(name, sums.sum(name)));
            report(epoch, batch, epochSums);
        }
        return epochSums.means("train-");
    }

    private void trainBatch(int epoch, int batch, int[] order) {
        RunKey key = new RunKey(settings.seed(), step);
        int count = batches.size(batch);
        Program program = null;
        if (count > 0) {
            program = model.trainingProgram(count);
            trainingFeed.write(program, order, batches.begin(batch), key);
            sums.begin();
            program.start(key, sums.listener());
            if (batch + 1 < batches.numBatches()) {
                RunKey next = new RunKey(settings.seed(), step + 1);
                trainingFeed.prepare(program, order, batches.begin(batch + 1), batches.size(batch + 1), next);
            }
        }
        sums.exchange(count > 0);
        double norm = model.update(step, rates.rate(step));
        // Before anybody looks for the place, since that overwrites the sums.
        double loss = sums.sum(ModelLayout.LOSS);
        if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
            throw diverged(epoch, batch, loss / sums.sum(ModelLayout.WEIGHT), norm, program, key);
        }
        step++;
    }

    /** Looks where the numbers went wrong; every rank names the place that the first to find one found. Collective. */
    private InvalidTrainingDataException diverged(
            int epoch, int batch, double loss, double norm, @Nullable Program program, RunKey key) {
        Optional<NonFinite> found = program == null ? Optional.empty() : program.findNonFinite(key);
        List<String> places = RankTexts.gather(
                collective,
                found.map(place -> "layer '" + place.layer() + "' (" + place.op() + ")")
                        .orElse(""));
        String where = places.stream()
                .filter(place -> !place.isEmpty())
                .findFirst()
                .map(place -> " The first NaN or infinite number is in " + place + ".")
                .orElse(" Every number is finite, only their sum is not.");
        return new InvalidTrainingDataException("training diverged in epoch " + (epoch + 1) + " of "
                + settings.maxEpochs() + ", batch " + (batch + 1) + " of " + batches.numBatches() + ": the loss is "
                + loss + ", the gradient's norm " + norm + "."
                + where + " Lower learningRate (it is " + rates.rate(step)
                + " here), set clipNorm, or look for values in the data that are far too large.");
    }

    private void report(int epoch, int batch, SumsOverRows epochSums) {
        long now = System.nanoTime();
        if (collective.rank() == 0 && now - progressNanos > PROGRESS_NANOS) {
            progressNanos = now;
            worker.progressed(new ProgressReport(
                    epoch,
                    settings.maxEpochs(),
                    batches.rowsBefore(batch + 1),
                    training.total(),
                    epochSums.means("train-")));
        }
    }

    private Map<String, Double> validate() {
        if (validation.total() == 0) {
            return Map.of();
        }
        SumsOverRows all = new SumsOverRows(model.sumNames());
        int[] order = validation.inOrder();
        RunKey key = new RunKey(settings.seed(), step);
        float[] value = new float[1];
        for (int from = 0; from < order.length; from += EVALUATION_ROWS) {
            worker.checkCancelled();
            Program program = model.evaluationProgram(Math.min(EVALUATION_ROWS, order.length - from));
            validationFeed.write(program, order, from, key);
            program.run(key);
            for (String name : model.sumNames()) {
                program.output(name).copyOut(0, value, 0, 1);
                all.add(name, value[0]);
            }
        }
        all.exchange(collective);
        return all.means("validation-");
    }

    private NetworkCheckpoint checkpoint() {
        return model.checkpoint(settings.described(), digest, step, history.epochs());
    }

    private void resume(List<RoundState> states) {
        if (states.isEmpty()) {
            return;
        }
        RoundState last = states.get(states.size() - 1);
        NetworkCheckpoint checkpoint = NetworkCheckpoint.of(last, settings);
        try {
            checkpoint.origin().requireRows(digest);
        } catch (IllegalArgumentException e) {
            throw new InvalidTrainingDataException(
                    "the checkpoint of epoch " + (last.round() + 1) + " " + e.getMessage());
        }
        step = checkpoint.step();
        for (Map<String, Double> metrics : checkpoint.history()) {
            history.add(metrics);
            rates.epochEnded(history.latest());
        }
        model.restore(checkpoint);
    }

    @Override
    public void close() {
        trainingFeed.close();
        validationFeed.close();
        sums.close();
        model.close();
    }
}
