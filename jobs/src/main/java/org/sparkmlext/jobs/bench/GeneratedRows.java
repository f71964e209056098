package org.sparkmlext.jobs.bench;

import java.io.Serializable;
import java.util.SplittableRandom;
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
abstract class GeneratedRows implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long seed;

    GeneratedRows(long seed) {
        this.seed = seed;
    }

    /** Features first, the float column {@code label} last. */
    abstract StructType schema();

    /** One row. */
    abstract Row row(long id);

    /** Rows 0 to {@code count} (exclusive). */
    final Dataset<Row> rows(SparkSession session, long count, int partitions) {
        return session.range(0, count, 1, partitions).map((MapFunction<Long, Row>) this::row, Encoders.row(schema()));
    }

    final SplittableRandom random(long id) {
        return new SplittableRandom(mix(seed * 0x9E3779B97F4A7C15L + id));
    }

    /** A normal number that belongs to a key, the same in every row. */
    static double effect(long stream, long key) {
        return gaussian(new SplittableRandom(mix(stream * 1000003L + key) ^ 0x5DEECE66DL));
    }

    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    static double gaussian(SplittableRandom random) {
        double u = 1.0 - random.nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    private static long mix(long z) {
        long once = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long twice = (once ^ (once >>> 27)) * 0x94d049bb133111ebL;
        return twice ^ (twice >>> 31);
    }
}
