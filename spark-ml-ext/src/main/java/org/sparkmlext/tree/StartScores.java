package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableBlock;

/**
 * The raw scores of rows before the first new tree: a base score an output, or what an earlier model gives, plus the row's
 * base margins where the table has them.
 */
final class StartScores {

    /** Floats of rows that a thread writes out at a time: 1 MB, unless a single row takes more. */
    private static final int MAX_FLOATS = 1 << 18;

    private final int numOutputs;
    /** Per block and output, the scores of the block's rows. */
    private final float[][][] scores;

    /** @param blocks rows that still have their features */
    StartScores(float[] baseScores, @Nullable Forest initialModel, List<TableBlock> blocks, HostThreads threads) {
        numOutputs = baseScores.length;
        scores = new float[blocks.size()][][];
        threads.forEach(blocks.size(), b -> scores[b] = scores(baseScores, initialModel, blocks.get(b)));
    }

    /** Moves the scores to the device; once. */
    void moveTo(DeviceRows rows) {
        int at = 0;
        for (int b = 0; b < scores.length; b++) {
            int count = scores[b][0].length;
            for (int output = 0; output < numOutputs; output++) {
                rows.scores.get(output).copyIn(at, scores[b][output], 0, count);
            }
            at += count;
            scores[b] = new float[numOutputs][0];
        }
    }

    private static float[][] scores(float[] baseScores, @Nullable Forest initialModel, TableBlock block) {
        int n = block.numRows();
        float[][] scores = new float[baseScores.length][n];
        if (initialModel == null) {
            for (int output = 0; output < scores.length; output++) {
                Arrays.fill(scores[output], baseScores[output]);
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
        // Written out a few rows at a time: a sparse block's rows may be much larger so than as they are.
        int atOnce = Math.min(n, rowsAtOnce(width));
        float[] rows = new float[atOnce * width];
        float[] raw = new float[atOnce * scores.length];
        for (int from = 0; from < n; from += atOnce) {
            int count = Math.min(atOnce, n - from);
            block.table().copyRows(from, from + count, rows);
            model.rawScores(rows, count, raw);
            for (int r = 0; r < count; r++) {
                for (int output = 0; output < scores.length; output++) {
                    scores[output][from + r] = raw[r * scores.length + output];
                }
            }
        }
    }

    /** Rows of so many features that a thread writes out at a time. */
    static int rowsAtOnce(int numFeatures) {
        return Math.max(1, MAX_FLOATS / Math.max(1, numFeatures));
    }
}
