package org.sparkmlext.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one partition; after the last one, {@link #counts} tells of all its rows. What blocks hold depends on the rows and
 * their order alone: a partition that is read again gives the same. Not thread-safe.
 */
public final class TableScan implements Iterator<TableBlock> {

    private final Iterator<InternalRow> rows;
    private final TableCounts counts;
    private final FeatureReader features;
    private final TargetReader target;
    private final MarginReader margins;
    private final boolean isClass;
    private final boolean hasWeights;
    private final ArrayDeque<TableBlock> ready = new ArrayDeque<>();

    private @Nullable TableBlockBuilder training;
    private @Nullable TableBlockBuilder validation;

    /** @param counts what the readers count into */
    TableScan(
            Iterator<InternalRow> rows,
            TableColumns columns,
            TableCounts counts,
            FeatureReader features,
            TargetReader target,
            MarginReader margins) {
        this.rows = rows;
        this.counts = counts;
        this.features = features;
        this.target = target;
        this.margins = margins;
        this.isClass = columns.labelKind() == TableColumns.LabelKind.CLASS_INDEX;
        this.hasWeights = columns.weightCol() != null;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && rows.hasNext()) {
            readRow(rows.next());
        }
        if (ready.isEmpty()) {
            flush(training);
            flush(validation);
        }
        return !ready.isEmpty();
    }

    @Override
    public TableBlock next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the partition has no more blocks");
        }
        return ready.remove();
    }

    /** Counts of the rows read so far; of all rows once {@link #hasNext} is false. */
    public TableCounts counts() {
        return counts;
    }

    private void readRow(InternalRow row) {
        counts.countRow();
        // All parts are looked at, even after a fault: every kind of fault is counted in full.
        boolean isGood = features.read(row);
        isGood &= target.read(row);
        isGood &= margins.read(row);
        if (!isGood) {
            return;
        }
        boolean isValidation = target.isValidation();
        counts.countGood(isValidation, target.label(), target.weight());
        if (isClass) {
            counts.countClass(isValidation, (int) target.label());
        }
        TableBlockBuilder builder = builder(isValidation);
        features.addTo(builder, target.label(), target.weight(), margins.margins());
        if (builder.isFull()) {
            flush(builder);
        }
    }

    private TableBlockBuilder builder(boolean isValidation) {
        TableBlockBuilder builder = isValidation ? validation : training;
        if (builder == null) {
            builder = features.newBuilder(hasWeights, margins.margins().length, isValidation);
            if (isValidation) {
                validation = builder;
            } else {
                training = builder;
            }
        }
        return builder;
    }

    private void flush(@Nullable TableBlockBuilder builder) {
        if (builder != null && !builder.isEmpty()) {
            TableBlock block = builder.build();
            counts.countStored(block.features().numStored());
            ready.add(block);
        }
    }
}
