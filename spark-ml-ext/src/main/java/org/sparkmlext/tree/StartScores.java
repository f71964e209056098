package org.sparkmlext.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableBlock;

/**
 * The raw scores of rows before the first new tree: a base score an output, or what an earlier model gives, plus the row's
 * base margins where the table has them.
 */
final class StartScores {

    private final float[] baseScores;
    private final @Nullable Forest initialModel;

    StartScores(float[] baseScores, @Nullable Forest initialModel) {
        this.baseScores = baseScores;
        this.initialModel = initialModel;
    }

    /** Writes the scores of the blocks' rows; the blocks must still have their features. */
    void write(List<TableBlock> blocks, DeviceRows rows, HostThreads threads) {
        int[] starts = new int[blocks.size() + 1];
        for (int b = 0; b < blocks.size(); b++) {
            starts[b + 1] = starts[b] + blocks.get(b).numRows();
        }
        // Buffers take one writer at a time, so blocks are computed together and copied one after another.
        float[][][] computed = new float[blocks.size()][][];
        threads.forEach(blocks.size(), b -> computed[b] = scores(blocks.get(b)));
        for (int b = 0; b < blocks.size(); b++) {
            for (int output = 0; output < baseScores.length; output++) {
                rows.scores
                        .get(output)
                        .copyIn(starts[b], computed[b][output], 0, blocks.get(b).numRows());
            }
            computed[b] = new float[0][];
        }
    }

    private float[][] scores(TableBlock block) {
        int n = block.numRows();
        float[][] scores = new float[baseScores.length][n];
        if (initialModel == null) {
            for (int output = 0; output < scores.length; output++) {
                java.util.Arrays.fill(scores[output], baseScores[output]);
            }
        } else {
            addModel(initialModel, block, scores);
        }
        float[][] margins = block.baseMargins();
        if (margins != null) {
            for (int output = 0; output < scores.length; output++) {
                for (int r = 0; r < n; r++) {
                    scores[output][r] += margins[output][r];
                }
            }
        }
        return scores;
    }

    private static void addModel(Forest model, TableBlock block, float[][] scores) {
        int n = block.numRows();
        int width = model.numFeatures();
        float[] rows = new float[n * width];
        for (int f = 0; f < width; f++) {
            float[] column = block.features()[f];
            for (int r = 0, at = f; r < n; r++, at += width) {
                rows[at] = column[r];
            }
        }
        float[] raw = new float[n * scores.length];
        model.rawScores(rows, n, raw);
        for (int r = 0; r < n; r++) {
            for (int output = 0; output < scores.length; output++) {
                scores[output][r] = raw[r * scores.length + output];
            }
        }
    }
}
