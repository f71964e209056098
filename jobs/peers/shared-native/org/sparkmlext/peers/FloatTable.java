package org.sparkmlext.peers;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A Parquet table of float and int columns.
 *
 * @param rows number of rows
 * @param columns features a row
 * @param values row-major
 * @param labels column {@code label}
 */
record FloatTable(int rows, int columns, float[] values, float[] labels) {
    private static final String LABEL = "label";

    static FloatTable read(String directory, int threads) throws Exception {
        ParquetParts parts = new ParquetParts(directory);
        MessageType schema = parts.schema();
        int columns = schema.getFieldCount() - 1;
        FloatTable table = new FloatTable(
                parts.rows(), columns, new float[Math.multiplyExact(parts.rows(), columns)], new float[parts.rows()]);
        parts.read(threads, (part, firstRow, count, column, cells) -> {
            if (column.getPath()[0].equals(LABEL)) {
                for (int i = 0; i < count; i++, cells.consume()) {
                    table.labels[firstRow + i] = cells.getFloat();
                }
            } else {
                table.fill(schema.getFieldIndex(column.getPath()[0]), firstRow, count, column, cells);
            }
        });
        return table;
    }

    private void fill(int index, int firstRow, int count, ColumnDescriptor column, ColumnReader cells) {
        boolean isInt = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32;
        for (int i = 0; i < count; i++, cells.consume()) {
            values[(firstRow + i) * columns + index] = isInt ? cells.getInteger() : cells.getFloat();
        }
    }
}
