package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.data.TableCounts;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * Takes the persisted elements of partitions, one partition after another, and cuts their blocks by the plan. Checks that
 * each partition still is what the first scan counted.
 */
final class ShardCutter {

    private final ShardPlan plan;
    private final long[] fingerprints;
    private long trainingRows;
    private long validationRows;
    private int partition = -1;

    ShardCutter(ShardPlan plan, long[] fingerprints) {
        this.plan = plan;
        this.fingerprints = fingerprints;
    }

    /** The pieces of the next element; none for a filler and for the counts at the end of a partition. */
    List<ShardPlan.Piece> cut(Object element) {
        if (StoredBlock.FILLER.equals(element)) {
            return List.of();
        }
        if (element instanceof byte[] counts) {
            checkCounts(ScanIterator.decode(counts));
            partition = -1;
            return List.of();
        }
        Object[] stored = (Object[]) element;
        if (partition < 0) {
            partition = StoredBlock.partition(stored);
            trainingRows = 0;
            validationRows = 0;
        }
        var block = StoredBlock.load(stored);
        long rowsBefore = block.isValidation() ? validationRows : trainingRows;
        List<ShardPlan.Piece> pieces = new ArrayList<>(plan.cut(partition, rowsBefore, block));
        if (block.isValidation()) {
            validationRows += block.numRows();
        } else {
            trainingRows += block.numRows();
        }
        return pieces;
    }

    private void checkCounts(TableCounts counts) {
        if (partition >= 0 && counts.fingerprint() != fingerprints[partition]) {
            throw new InvalidTrainingDataException("partition " + partition
                    + " of the data set gave other rows, or the same rows in another order, when it was evaluated again"
                    + " after the loss of an executor: the query is not deterministic, or reads a shuffle, whose order"
                    + " is not; write it to a table or checkpoint() it before fit");
        }
    }
}
