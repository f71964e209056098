package org.sparkmlext.runtime;

import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.execution.QueryExecution;
import org.sparkmlext.data.NumberReader;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.data.TableCounts;
import org.sparkmlext.data.WindowTable;

/** How a DataFrame becomes the blocks of a table. */
sealed interface BlockSource {

    /** The columns of the table. */
    TableColumns columns();

    /**
     * Per partition its {@link StoredBlock}s and, last, its counts. Nothing is read yet, but where the query holds a shuffle that adaptive
     * execution wants to run first.
     *
     * @throws IllegalArgumentException if a column has a type that cannot be read; names column and type
     */
    JavaRDD<Object> elements(Dataset<?> data);

    /** Why nobody can learn from the table; empty if all is well. */
    Optional<String> problem(TableCounts counts);

    /** A row of the table for each row of the DataFrame. */
    record OfRows(TableColumns columns) implements BlockSource {

        @Override
        public JavaRDD<Object> elements(Dataset<?> data) {
            RowReader reader = RowReader.of(data, columns);
            try {
                QueryExecution execution = reader.select(data).queryExecution();
                // Where the query holds a shuffle, adaptive execution runs it in this very call.
                Optional<ColumnarScan> columnar = ColumnarScan.of(execution.executedPlan());
                if (columnar.isPresent()) {
                    List<NumberReader> numbers = columnar.get().columns();
                    JavaRDD<Object> elements = columnar.get()
                            .batches()
                            .mapPartitionsWithIndex(
                                    (index, batches) -> new ScanIterator(index, reader.readBatches(batches, numbers)),
                                    false);
                    return elements.setName("spark-ml-ext blocks, read by columns");
                }
                JavaRDD<Object> elements = execution
                        .toRdd()
                        .toJavaRDD()
                        .mapPartitionsWithIndex((index, rows) -> new ScanIterator(index, reader.read(rows)), false);
                return elements.setName("spark-ml-ext blocks, read by rows");
            } catch (Exception e) {
                throw JobWatch.failure(e);
            }
        }

        @Override
        public Optional<String> problem(TableCounts counts) {
            return counts.problem(columns);
        }
    }

    /** Rows of the DataFrame are events, those of the table windows over their series. */
    record OfEvents(WindowTable table) implements BlockSource {

        @Override
        public TableColumns columns() {
            return table.columns();
        }

        @Override
        public JavaRDD<Object> elements(Dataset<?> data) {
            try {
                WindowTable windows = table;
                JavaRDD<Object> elements = table.series()
                        .sorted(data)
                        .queryExecution()
                        .toRdd()
                        .toJavaRDD()
                        .mapPartitionsWithIndex(
                                (index, rows) -> new ScanIterator(
                                        index, windows.read(windows.series().read(rows))),
                                false);
                return elements.setName("spark-ml-ext blocks of series");
            } catch (Exception e) {
                throw JobWatch.failure(e);
            }
        }

        @Override
        public Optional<String> problem(TableCounts counts) {
            return table.problem(counts);
        }
    }
}
