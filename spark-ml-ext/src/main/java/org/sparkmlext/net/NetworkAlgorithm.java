package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ResumableAlgorithm;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.Worker;

/**
 * Trains a network by gradient descent on batches, data-parallel: every rank has all parameters and a part of the rows. A round of the
 * run is an epoch; its state is a checkpoint of everything.
 *
 * <p>For a number of ranks, and the same rows on each of them, the model is the same bit for bit, run after run: rows are put in an
 * order their content decides, draws are functions of seed, step and row, and sums have a fixed order. For another number of ranks
 * batches hold other rows, dropout and augmentation draw other numbers, and batch norm has the statistics of each rank's part of a
 * batch: as good a model, but another one. Only where a batch is the whole table, without those layers, it is the same up to rounding.
 */
public final class NetworkAlgorithm implements ResumableAlgorithm<NetworkSettings> {
    private static final long serialVersionUID = 1L;

    private final NetworkSettings settings;

    public NetworkAlgorithm(NetworkSettings settings) {
        this.settings = settings;
    }

    @Override
    public NetworkSettings settings() {
        return settings;
    }

    /** What lies outside the heap is not planned here: see the back end's own messages when memory lacks. */
    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        NetworkGraphs graphs = new NetworkGraphs(architecture(shape));
        FlatLayout parameters = graphs.layout().parameters();
        long rows = shape.rows() + shape.validationRows();
        Map<String, Long> bytes = new LinkedHashMap<>();
        SeriesShape series = shape.series();
        if (series == null) {
            bytes.put("rows of floats, while they are turned", shape.isMapped() ? 0 : rows * 4L * shape.features());
            bytes.put("labels, weights and order of rows", rows * 32L);
        } else {
            // Rows are read from where their series lie. In passing a series takes 28 bytes more, until it is in order.
            bytes.put("order of series and rows", series.number() * (12 + 28) + rows * 4);
        }
        bytes.put("parameters, best epoch and checkpoint", 6L * 4 * parameters.length());
        bytes.put("the optimiser's slots", settings.rule().numSlots() * 4L * parameters.length());
        return new MemoryPlan(bytes);
    }

    /** The network on rows of such a shard. */
    private Architecture architecture(ShardShape shape) {
        Architecture architecture = Architecture.fromJson(settings.network());
        SeriesShape series = shape.series();
        return series != null && architecture.input() instanceof SequenceInput input && input.isOpen()
                ? architecture.withInput(input.withSteps(series.longest()))
                : architecture;
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        try (NetworkRun run = new NetworkRun(settings, worker, shard)) {
            return run.train();
        }
    }

    @Override
    public List<RoundReport> reports(RoundState state) {
        NetworkCheckpoint checkpoint = NetworkCheckpoint.of(state, settings);
        int epochs = checkpoint.history().size();
        if (epochs > settings.maxEpochs()) {
            throw new IllegalArgumentException("the checkpoint is of epoch " + epochs + ", but maxEpochs is "
                    + settings.maxEpochs() + ". Set maxEpochs to " + epochs
                    + " or more, or checkpointDir to another directory.");
        }
        List<RoundReport> reports = new ArrayList<>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            reports.add(new RoundReport(
                    epoch,
                    settings.maxEpochs(),
                    checkpoint.history().get(epoch),
                    checkpoint.origin().rows().training()));
        }
        return reports;
    }

    @Override
    public byte[] model(RoundState state) {
        return NetworkCodec.write(NetworkCheckpoint.of(state, settings).model());
    }
}
