package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.training.OpenResources;

/**
 * A rank's rows on the device: bins, labels, weights, raw scores. Closing frees them all but the bins, on which other runs may train
 * too.
 */
final class DeviceRows implements AutoCloseable {

    final BinnedRows bins;
    final Buffer labels;
    final @Nullable Buffer weights;
    /** One an output. */
    final List<Buffer> scores;

    private final OpenResources held;

    private DeviceRows(
            BinnedRows bins, Buffer labels, @Nullable Buffer weights, List<Buffer> scores, OpenResources held) {
        this.held = held;
        this.bins = bins;
        this.labels = labels;
        this.weights = weights;
        this.scores = scores;
    }

    /**
     * Copies labels and weights to the device; {@code hasWeights} is the same on all ranks, whatever the blocks carry. Frees them
     * where a step fails.
     *
     * @param bins stay the caller's
     */
    static DeviceRows of(
            Backend backend, BinnedRows bins, List<TableBlock> blocks, boolean hasWeights, int numOutputs) {
        OpenResources held = new OpenResources();
        try {
            return of(backend, bins, blocks, hasWeights, numOutputs, held);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    private static DeviceRows of(
            Backend backend,
            BinnedRows bins,
            List<TableBlock> blocks,
            boolean hasWeights,
            int numOutputs,
            OpenResources held) {
        int numRows = bins.numRows();
        Buffer labels = held.add(backend.allocate(ElementType.FLOAT, numRows));
        Buffer weights = hasWeights ? held.add(backend.allocate(ElementType.FLOAT, numRows)) : null;
        int at = 0;
        for (TableBlock block : blocks) {
            labels.copyIn(at, block.labels(), 0, block.numRows());
            if (weights != null) {
                float[] ofBlock = block.weights();
                if (ofBlock == null) {
                    ofBlock = new float[block.numRows()];
                    Arrays.fill(ofBlock, 1f);
                }
                weights.copyIn(at, ofBlock, 0, block.numRows());
            }
            at += block.numRows();
        }
        List<Buffer> scores = new ArrayList<>();
        for (int output = 0; output < numOutputs; output++) {
            scores.add(held.add(backend.allocate(ElementType.FLOAT, numRows)));
        }
        return new DeviceRows(bins, labels, weights, List.copyOf(scores), held);
    }

    int numRows() {
        return bins.numRows();
    }

    /** Sets an output's raw score of every row. */
    void setScores(int output, float score) {
        float[] block = new float[Math.min(numRows(), TableBlock.MAX_ROWS)];
        Arrays.fill(block, score);
        for (int at = 0; at < numRows(); at += block.length) {
            scores.get(output).copyIn(at, block, 0, Math.min(block.length, numRows() - at));
        }
    }

    @Override
    public void close() {
        held.close();
    }
}
