package org.sparkmlext.peers;

import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;

/**
 * A Parquet table of Spark's sparse vectors, in compressed rows.
 *
 * @param rows number of rows
 * @param columns length of the vectors
 * @param rowStarts where each row starts in {@code indices} and {@code values}, and at last their length
 * @param indices columns of the stored values, ascending in a row
 * @param values stored values
 * @param labels column {@code label}
 */
record SparseTable(int rows, int columns, long[] rowStarts, int[] indices, float[] values, float[] labels) {
    private static final String LABEL = "label";
    private static final String FEATURES = "features";

    /** Whether the table below this directory is one of vectors. */
    static boolean isSparse(String directory) throws Exception {
        return new ParquetParts(directory).schema().containsField(FEATURES);
    }

    static SparseTable read(String directory, int threads) throws Exception {
        ParquetParts parts = new ParquetParts(directory);
        Part[] read = new Part[parts.count()];
        Arrays.setAll(read, part -> new Part());
        int[] lengths = new int[parts.rows()];
        float[] labels = new float[parts.rows()];
        parts.read(threads, (part, firstRow, count, column, cells) -> {
            String field = column.getPath()[column.getPath().length == 1 ? 0 : 1];
            switch (field) {
                case LABEL -> {
                    for (int i = 0; i < count; i++, cells.consume()) {
                        labels[firstRow + i] = cells.getFloat();
                    }
                }
                case "size" -> read[part].columns = cells.getInteger();
                case "indices" -> read[part].takeIndices(firstRow, lengths, column, cells);
                case "values" -> read[part].takeValues(column, cells);
                default -> {}
            }
        });
        long[] rowStarts = new long[lengths.length + 1];
        for (int row = 0; row < lengths.length; row++) {
            rowStarts[row + 1] = rowStarts[row] + lengths[row];
        }
        int stored = Math.toIntExact(rowStarts[lengths.length]);
        int[] indices = new int[stored];
        float[] values = new float[stored];
        for (int part = 0; part < read.length; part++) {
            int at = (int) rowStarts[parts.start(part)];
            System.arraycopy(read[part].indices, 0, indices, at, read[part].indexCount);
            System.arraycopy(read[part].values, 0, values, at, read[part].valueCount);
        }
        return new SparseTable(parts.rows(), read[0].columns, rowStarts, indices, values, labels);
    }

    /** Rows {@code [from, to)} with their zeros, row-major. */
    float[] dense(int from, int to) {
        float[] dense = new float[Math.multiplyExact(to - from, columns)];
        for (int row = from; row < to; row++) {
            for (int i = (int) rowStarts[row]; i < rowStarts[row + 1]; i++) {
                dense[(row - from) * columns + indices[i]] = values[i];
            }
        }
        return dense;
    }

    /** What one file holds, growing. */
    private static final class Part {
        private int columns;
        private int[] indices = new int[1 << 16];
        private float[] values = new float[1 << 16];
        private int indexCount;
        private int valueCount;

        void takeIndices(int firstRow, int[] lengths, ColumnDescriptor column, ColumnReader cells) {
            int row = firstRow - 1;
            for (long i = 0; i < cells.getTotalValueCount(); i++, cells.consume()) {
                row += cells.getCurrentRepetitionLevel() == 0 ? 1 : 0;
                if (cells.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
                    if (indexCount == indices.length) {
                        indices = Arrays.copyOf(indices, 2 * indexCount);
                    }
                    indices[indexCount++] = cells.getInteger();
                    lengths[row]++;
                }
            }
        }

        void takeValues(ColumnDescriptor column, ColumnReader cells) {
            for (long i = 0; i < cells.getTotalValueCount(); i++, cells.consume()) {
                if (cells.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
                    if (valueCount == values.length) {
                        values = Arrays.copyOf(values, 2 * valueCount);
                    }
                    values[valueCount++] = (float) cells.getDouble();
                }
            }
        }
    }
}
