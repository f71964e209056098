package org.sparkmlext.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.Worker;

/**
 * Gradient boosting of trees on histograms (Friedman, 2001; Chen and Guestrin, KDD 2016; Ke et al.,
 * NIPS 2017). The result is a forest as {@link ForestCodec} writes it.
 *
 * <p>Everything that decides is an integer summed over ranks, so the bytes of the result depend on the rows and the
 * settings alone: not on the number of ranks or threads, not on the order or partitioning of rows, not on the device.
 *
 * <p>Training ends before {@code numTrees} when early stopping says so, or when a round without any sampling finds no split
 * that gains and moves no score: every later round would be the same.
 */
public record BoostingAlgorithm(BoostingSettings settings) implements TrainingAlgorithm<BoostingSettings> {

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        long rows = shape.rows() + shape.validationRows();
        long stride = (shape.features() + 7) / 8 * 8;
        Map<String, Long> bytes = new LinkedHashMap<>();
        Map<String, Long> fileBytes = new LinkedHashMap<>();
        (shape.isMapped() ? fileBytes : bytes).put("binned rows", rows * (stride + shape.features()));
        bytes.put("a block's bins", (long) shape.features() * Math.min(rows, TableBlock.MAX_ROWS));
        int outputs = settings.objective().numOutputs(shape.numClasses());
        bytes.put("labels, scores and weights", rows * (shape.hasWeights() ? 8 : 4) + rows * outputs * Float.BYTES);
        bytes.put("gradients", shape.rows() * outputs * Long.BYTES);
        bytes.put("row partition", shape.rows() * 2 * Long.BYTES);
        if (settings.subsamplingRate() < 1) {
            bytes.put("row keys", shape.rows() * 4 * Long.BYTES);
        }
        if (settings.objective().custom() != null) {
            bytes.put("rows of the custom objective", shape.rows() * (3 * Float.BYTES + 2 * Double.BYTES));
        }
        if (settings.customMetric() != null) {
            bytes.put("rows of the custom metric", rows * 3 * Float.BYTES);
        }
        if (settings.validationMetric().equals(MetricPlan.AUC)
                || settings.validationMetric().equals(MetricPlan.PRAUC)) {
            bytes.put("ranked validation scores", shape.validationRows() * (16 + 3 * Float.BYTES) + (50L << 20));
        }
        if (settings.initialModel() != null) {
            long blockRows = Math.min(rows, TableBlock.MAX_ROWS);
            bytes.put("rows scored by the initial model", shape.threads() * blockRows * shape.features() * Float.BYTES);
        }
        BinLayout widest = widestLayout(shape.features());
        long slotBytes = (settings.minDataInLeaf() > 1 ? 3L : 2L) * Long.BYTES * widest.totalBins();
        bytes.put(
                "histograms", slotBytes * NodeHistograms.numSlots(settings, widest, 4, NodeHistograms.MAX_POOL_BYTES));
        bytes.put("histogram scratch", (long) shape.threads() * shape.features() * 256 * Long.BYTES);
        return new MemoryPlan(bytes, fileBytes);
    }

    private BinLayout widestLayout(int numFeatures) {
        int[] numValueBins = new int[numFeatures];
        java.util.Arrays.fill(numValueBins, settings.maxBins());
        return new BinLayout(numValueBins);
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        Forest forest;
        try (BoostingRun run = BoostingRun.prepare(settings, worker, shard)) {
            forest = run.train();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ForestCodec.write(forest, out);
        } catch (IOException e) {
            throw new UncheckedIOException("an in-memory write failed", e);
        }
        return out.toByteArray();
    }
}
