package org.sparkmlext.runtime;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;

/**
 * Which worker gets which rows. All rows of the table, in the order (partition, row within it), are cut into one
 * contiguous run a worker, training and validation rows each by themselves, so that no two workers differ by more than
 * one row of either kind.
 */
final class ShardPlan implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int numWorkers;
    private final long[] trainingOffsets;
    private final long[] validationOffsets;

    /**
     * @param trainingRows training rows of each partition
     * @param validationRows validation rows of each partition
     */
    ShardPlan(int numWorkers, long[] trainingRows, long[] validationRows) {
        this.numWorkers = numWorkers;
        this.trainingOffsets = offsets(trainingRows);
        this.validationOffsets = offsets(validationRows);
    }

    private static long[] offsets(long[] rows) {
        long[] offsets = new long[rows.length + 1];
        for (int p = 0; p < rows.length; p++) {
            offsets[p + 1] = offsets[p] + rows[p];
        }
        return offsets;
    }

    /** A part of a block and the worker it goes to. */
    record Piece(int worker, TableBlock block) {}

    int numWorkers() {
        return numWorkers;
    }

    int numPartitions() {
        return trainingOffsets.length - 1;
    }

    long rows(int worker) {
        return boundary(trainingOffsets, worker + 1) - boundary(trainingOffsets, worker);
    }

    long validationRows(int worker) {
        return boundary(validationOffsets, worker + 1) - boundary(validationOffsets, worker);
    }

    /** Most training rows of any worker. */
    long mostRows() {
        long most = 0;
        for (int w = 0; w < numWorkers; w++) {
            most = Math.max(most, rows(w));
        }
        return most;
    }

    /** Most validation rows of any worker. */
    long mostValidationRows() {
        long most = 0;
        for (int w = 0; w < numWorkers; w++) {
            most = Math.max(most, validationRows(w));
        }
        return most;
    }

    /** @throws IllegalArgumentException if any worker gets more rows of either kind; says how many workers are enough */
    void requireAtMost(int maxRows) {
        long most = Math.max(mostRows(), mostValidationRows());
        if (most > maxRows) {
            long total = Math.max(rows(trainingOffsets), rows(validationOffsets));
            throw new IllegalArgumentException("one worker would get " + most
                    + (most == mostRows() ? " training" : " validation") + " rows; it can hold at most " + maxRows
                    + ". Set numWorkers to at least " + (total + maxRows - 1) / maxRows
                    + "; on a cluster that takes as many task slots.");
        }
    }

    private static long rows(long[] offsets) {
        return offsets[offsets.length - 1];
    }

    /** Whether partition w already holds just what worker w shall get, so that nothing needs to move. */
    boolean matchesPartitions() {
        if (numPartitions() != numWorkers) {
            return false;
        }
        for (int w = 0; w < numWorkers; w++) {
            if (boundary(trainingOffsets, w) != trainingOffsets[w]
                    || boundary(validationOffsets, w) != validationOffsets[w]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Cuts a block.
     *
     * @param partition where the block lies
     * @param rowsBefore rows of the block's kind that lie before it in the partition
     */
    List<Piece> cut(int partition, long rowsBefore, TableBlock block) {
        long[] offsets = block.isValidation() ? validationOffsets : trainingOffsets;
        long first = offsets[partition] + rowsBefore;
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (int w = 0; w < numWorkers && from < block.numRows(); w++) {
            int to = (int) Math.max(0, Math.min(block.numRows(), boundary(offsets, w + 1) - first));
            if (to > from) {
                pieces.add(new Piece(w, block.slice(from, to)));
                from = to;
            }
        }
        if (from < block.numRows()) {
            throw new IllegalStateException("partition " + partition + " holds more rows than were counted in it: row "
                    + (rowsBefore + from) + " belongs to no worker");
        }
        return pieces;
    }

    /**
     * The shard, once it is certain that it holds what the plan says.
     *
     * @throws IllegalStateException if rows are missing or too many
     */
    Shard checked(int worker, Shard shard) {
        if (shard.numRows() != rows(worker) || shard.numValidationRows() != validationRows(worker)) {
            throw new IllegalStateException("the shard of rank " + worker + " has " + shard.numRows() + " training and "
                    + shard.numValidationRows() + " validation rows; planned were " + rows(worker) + " and "
                    + validationRows(worker)
                    + ". The data set gave other rows when it was evaluated again: write it to a table before fit");
        }
        return shard;
    }

    /** Table row at which this worker's run starts: exact for up to 2^63 / workers rows. */
    private long boundary(long[] offsets, int worker) {
        return rows(offsets) * worker / numWorkers;
    }
}
