package org.sparkmlext.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Blocks of the rows of one partition. */
public final class TableScan implements BlockScan {

    /** Whose elements were read: one of the two, the other is empty. */
    private final Iterator<InternalRow> rows;

    private final Iterator<ColumnarBatch> batches;
    private final @Nullable BatchReader batch;
    private final TableCounts counts;
    private final FeatureReader features;
    private final TargetReader target;
    private final MarginReader margins;
    private final boolean isClass;
    private final boolean hasTargets;
    private final boolean hasWeights;
    private final ArrayDeque<TableBlock> ready = new ArrayDeque<>();

    private @Nullable TableBlockBuilder training;
    private @Nullable TableBlockBuilder validation;

    /**
     * @param batch reads the batches; null where there are none
     * @param counts what the readers count into
     */
    TableScan(
            Iterator<InternalRow> rows,
            Iterator<ColumnarBatch> batches,
            @Nullable BatchReader batch,
            TableColumns columns,
            TableCounts counts,
            FeatureReader features,
            TargetReader target,
            MarginReader margins) {
        this.rows = rows;
        this.batches = batches;
        this.batch = batch;
        this.counts = counts;
        this.features = features;
        this.target = target;
        this.margins = margins;
        this.isClass = columns.labelKind() == TableColumns.LabelKind.CLASS_INDEX;
        this.hasTargets = columns.labelKind() == TableColumns.LabelKind.REALS;
        this.hasWeights = columns.weightCol() != null;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && rows.hasNext()) {
            readRow(rows.next());
        }
        while (ready.isEmpty() && batch != null && batches.hasNext()) {
            readBatch(batch, batches.next());
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

    @Override
    public TableCounts counts() {
        return counts;
    }

    /** What {@link #readRow} makes of the batch's rows, a run of rows at a time. */
    private void readBatch(BatchReader reader, ColumnarBatch values) {
        if (!reader.read(values)) {
            // Bad rows are left out one by one, and counted and told of in the order in which rows alone would be.
            for (int r = 0; r < reader.numRows(); r++) {
                readRow(reader.rowAt(values, r));
            }
            return;
        }
        if (reader.numRows() == 0) {
            return;
        }
        if (counts.rows() == 0) {
            counts.countLength(reader.features().length);
        }
        counts.countRows(reader.numRows());
        if (margins.length() > 0) {
            counts.countMarginLength(margins.length(), reader.numRows());
        }
        for (int from = 0; from < reader.numRows(); ) {
            int to = reader.endOfRun(from);
            addRun(reader, from, to);
            from = to;
        }
    }

    private void addRun(BatchReader reader, int from, int to) {
        boolean isValidation = reader.isValidation(from);
        float[] labels = reader.labels();
        float[] weights = reader.weights();
        for (int r = from; r < to; r++) {
            counts.countGood(isValidation, labels[r], weights[r]);
            if (isClass) {
                counts.countClass(isValidation, (int) labels[r]);
            }
        }
        TableBlockBuilder builder = builder(isValidation);
        for (int r = from; r < to; ) {
            r += builder.addRows(reader.features(), labels, weights, reader.margins(), r, to);
            if (builder.isFull()) {
                flush(builder);
            }
        }
    }

    private void readRow(InternalRow row) {
        counts.countRows(1);
        // All parts are looked at, even after a fault: every kind of fault is counted in full.
        boolean isGood = features.read(row);
        isGood &= target.read(row);
        isGood &= margins.read(row);
        if (!isGood) {
            return;
        }
        boolean isValidation = target.isValidation();
        float label = hasTargets ? margins.margins()[0] : target.label();
        counts.countGood(isValidation, label, target.weight());
        if (isClass) {
            counts.countClass(isValidation, (int) label);
        }
        TableBlockBuilder builder = builder(isValidation);
        features.addTo(builder, label, target.weight(), margins.margins());
        if (builder.isFull()) {
            flush(builder);
        }
    }

    private TableBlockBuilder builder(boolean isValidation) {
        TableBlockBuilder builder = isValidation ? validation : training;
        if (builder == null) {
            builder = features.newBuilder(hasWeights, margins.length(), isValidation);
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
            counts.countStored(block.features());
            ready.add(block);
        }
    }
}
