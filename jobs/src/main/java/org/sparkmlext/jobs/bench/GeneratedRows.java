package org.sparkmlext.jobs.bench;

import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A benchmark set that is invented, so that any number of rows can be had.
 *
 * <p>A row follows from (seed, id) alone, never from the partitioning. A set's operations and their order are part of the
 * published figures: a change makes another data set.
 */
abstract class GeneratedRows extends GeneratedNumbers {
    private static final long serialVersionUID = 1L;

    GeneratedRows(long seed) {
        super(seed);
    }

    /** Features first, the float column {@code label} last. */
    abstract StructType schema();

    /** One row. */
    abstract Row row(long id);

    /** Rows 0 to {@code count} (exclusive). */
    final Dataset<Row> rows(SparkSession session, long count, int partitions) {
        return session.range(0, count, 1, partitions).map((MapFunction<Long, Row>) this::row, Encoders.row(schema()));
    }
}
