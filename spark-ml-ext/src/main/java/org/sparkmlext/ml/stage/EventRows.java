package org.sparkmlext.ml.stage;

import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SeriesTable;

/**
 * Rows of {@link SeriesTable#sorted} as its reader takes them, where a query hands them out in Spark's outer form. {@link #current} is the
 * whole row of the last one taken, extra columns included. Not thread-safe.
 */
public final class EventRows implements Iterator<InternalRow> {

    private final Iterator<Row> rows;
    private final int numColumns;
    private @Nullable Row current;

    public EventRows(Iterator<Row> rows, SeriesTable table) {
        this.rows = rows;
        this.numColumns = table.numColumns();
    }

    @Override
    public boolean hasNext() {
        return rows.hasNext();
    }

    @Override
    public InternalRow next() {
        Row row = rows.next();
        Object[] values = new Object[numColumns];
        for (int i = 0; i < numColumns; i++) {
            Object value = row.get(i);
            values[i] = value instanceof String text ? UTF8String.fromString(text) : value;
        }
        current = row;
        return new GenericInternalRow(values);
    }

    /** The row that was taken last. */
    public Row current() {
        if (current == null) {
            throw new IllegalStateException("no row has been taken yet");
        }
        return current;
    }
}
