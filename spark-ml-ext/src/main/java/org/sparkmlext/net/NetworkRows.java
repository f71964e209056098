package org.sparkmlext.net;

import java.util.List;
import org.sparkmlext.data.TableBlock;

/** A shard's rows as a network reads them, in an order that their content decides. Used by one thread. */
sealed interface NetworkRows permits TableRows, SequenceRows {

    /**
     * The rows of blocks, of which nothing but this may be used any more.
     *
     * @throws org.sparkmlext.training.InvalidTrainingDataException if they are not what the network takes; with both sizes
     */
    static NetworkRows of(List<TableBlock> table, NetworkInput input) {
        return input instanceof SequenceInput sequence
                ? SequenceRows.of(table, sequence)
                : TableRows.of(table, input.rowLength());
    }

    /** Numbers of a label that a block's rows bring along. */
    static int numLabels(TableBlock block) {
        float[][] targets = block.targets();
        return targets == null ? 1 : targets.length;
    }

    /** Of the content of all rows, whatever order they came in. */
    long digest();

    int numRows();

    /** Numbers of a label; 1 where there is no row. */
    int numTargets();

    /** The feature of steps whose later values a target is, from 0; -1 where it is none or there is no row. */
    default int featureOf(int target) {
        return -1;
    }

    /** The label of a row, of several numbers the first. */
    float label(int row);

    /** Copies a row's label to {@code copy[at .. at + numTargets)}. */
    void copyTargets(int row, float[] copy, int at);

    /** The largest label as a whole number, where labels are classes; -1 where there is no row. */
    long largestLabel();

    float weight(int row);

    /** Copies a row, of as many values as the network takes, to {@code target} from {@code at} on; only for rows of bytes. */
    void copyBytes(int row, byte[] target, int at);

    /** Copies a row to {@code target[at .. at + width)}, bytes as the whole numbers 0 to 255; behind the end of a sequence lie zeros. */
    void copyFloats(int row, float[] target, int at, int width);

    /** Steps of a row that is a sequence. */
    int length(int row);

    /** Steps of the longest row; 0 where there is no sequence. */
    int longest();

    /** Steps of the shortest row; the largest number where there is no sequence. */
    int shortest();
}
