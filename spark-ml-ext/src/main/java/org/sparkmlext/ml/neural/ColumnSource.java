package org.sparkmlext.ml.neural;

import java.util.Iterator;
import org.apache.spark.sql.Row;

/**
 * Rows whose values lie in one column.
 *
 * @param column its position
 * @param values how it is read
 * @param handleInvalid value of the Param of that name
 */
record ColumnSource(int column, NetworkRowValues values, String handleInvalid) implements RowSource {
    private static final long serialVersionUID = 1L;

    @Override
    public int width() {
        return values.width();
    }

    @Override
    public boolean takesBytes() {
        return values.takesBytes();
    }

    @Override
    public boolean givesNulls() {
        return false;
    }

    @Override
    public Cursor open(Iterator<Row> rows) {
        return new ColumnCursor(rows);
    }

    private final class ColumnCursor implements Cursor {
        private final Iterator<Row> rows;
        private final byte[] bytes = new byte[takesBytes() ? width() : 0];
        private final float[] floats = new float[takesBytes() ? 0 : width()];
        private Row row = Row.empty();
        /** Steps of the row at hand; 0 where it cannot be scored. */
        private int steps;

        ColumnCursor(Iterator<Row> rows) {
            this.rows = rows;
        }

        @Override
        public boolean next() {
            while (rows.hasNext()) {
                row = rows.next();
                steps = read();
                if (steps > 0 || !handleInvalid.equals("skip")) {
                    return true;
                }
            }
            return false;
        }

        private int read() {
            try {
                if (row.isNullAt(column)) {
                    throw new IllegalArgumentException("column '" + values.column() + "' is null");
                }
                return values.copy(row.get(column), bytes, floats, 0);
            } catch (IllegalArgumentException e) {
                if (handleInvalid.equals("error")) {
                    throw new IllegalArgumentException(
                            e.getMessage() + ". Set handleInvalid to keep or skip to go on with such rows.", e);
                }
                return 0;
            }
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public int copy(byte[] toBytes, float[] toFloats, int at) {
            if (takesBytes()) {
                System.arraycopy(bytes, 0, toBytes, at, bytes.length);
            } else {
                System.arraycopy(floats, 0, toFloats, at, floats.length);
            }
            return steps;
        }
    }
}
