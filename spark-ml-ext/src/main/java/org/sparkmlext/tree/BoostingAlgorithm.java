package org.sparkmlext.tree;

import java.util.LinkedHashMap;
import java.util.Map;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.TreeKernels;
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

    /** Bytes of a stored value in sparse rows, in the order of rows. */
    private static final long BYTES_BY_ROW = 4;

    /** In that of columns: a row and a bin. */
    private static final long BYTES_BY_COLUMN = 6;

    /** Of any cell of a column that most rows store: a bin. */
    private static final long BYTES_OF_CELL = 2;

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        long rows = shape.rows() + shape.validationRows();
        long cells = shape.cells();
        long stored = shape.storedValues();
        // Features of so many bins do not fit into dense rows; whether there are any shows only after the fit has
        // begun.
        boolean isWide = settings.maxBins() > BinLayout.MAX_BYTE_VALUE_BINS;
        boolean isSparse = StoredCells.isSparse(stored, cells) || isWide;
        long totalBins = (long) shape.features() * (settings.maxBins() + 1);
        Map<String, Long> bytes = new LinkedHashMap<>();
        Map<String, Long> fileBytes = new LinkedHashMap<>();
        if (shape.isMapped() && (isWide || !isSparse)) {
            // Of so many bins they lie there if no feature needs them after all.
            fileBytes.put("binned rows", denseBytes(shape, rows));
        }
        if (isSparse) {
            // No bin is empty over all ranks, so there are no more than values, the zeros' bin and that of missing
            // values.
            totalBins = Math.min(totalBins, shape.tableStoredValues() + 2L * shape.features());
            long byColumn = Math.min(stored * BYTES_BY_COLUMN, cells * BYTES_OF_CELL);
            bytes.put("binned rows", stored * BYTES_BY_ROW + byColumn + rows * 2L * Integer.BYTES);
            bytes.put(
                    "a block's bins",
                    Math.min(stored, (long) shape.features() * TableBlock.MAX_ROWS) * 2L * Short.BYTES);
        } else {
            if (!shape.isMapped()) {
                bytes.put("binned rows", denseBytes(shape, rows));
            }
            bytes.put("a block's bins", (long) shape.features() * Math.min(rows, TableBlock.MAX_ROWS));
        }
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
            long rowsAtOnce = Math.min(rows, StartScores.rowsAtOnce(shape.features()));
            bytes.put(
                    "rows scored by the initial model", shape.threads() * rowsAtOnce * shape.features() * Float.BYTES);
        }
        long slotBytes = (settings.minDataInLeaf() > 1 ? 3L : 2L) * Long.BYTES * totalBins;
        bytes.put(
                "histograms",
                slotBytes * NodeHistograms.numSlots(settings, totalBins, 4, NodeHistograms.MAX_POOL_BYTES));
        long scratchBins = isSparse ? 2 * totalBins : shape.features() * 256L;
        bytes.put("histogram scratch", shape.threads() * scratchBins * Long.BYTES);
        return new MemoryPlan(bytes, fileBytes);
    }

    private static long denseBytes(ShardShape shape, long rows) {
        long stride = (shape.features() + 7) / 8 * 8;
        return rows * (stride + shape.features());
    }

    @Override
    public int maxRows() {
        return TreeKernels.MAX_ROWS;
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        Forest forest;
        try (BoostingRun run = BoostingRun.prepare(settings, worker, shard)) {
            forest = run.train();
        }
        return ForestCodec.write(forest);
    }
}
