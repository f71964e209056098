package org.sparkmlext.testing;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The features of {@link BinaryTable} with labels that are numbers or several classes, each a known function of the features
 * and of the row's own noise.
 */
public final class NumberTable {

    private NumberTable() {}

    /**
     * Columns of {@link BinaryTable#withVector} and: {@code mean} (double, above 0), {@code label} ({@code mean} plus noise
     * between -1 and 1, may be negative), {@code count} (whole number near mean), {@code amount} (above 0), {@code kind}
     * (class 0, 1 or 2).
     */
    public static Dataset<Row> of(SparkSession spark, int rows, long seed) {
        return BinaryTable.withVector(spark, rows, seed)
                .drop("label")
                .selectExpr(
                        "*",
                        "if(b > 9, 6, 2) + 1.5 * tanh(coalesce(a, 1)) mean",
                        "pmod(xxhash64(a, b, c), 2001) / 1000.0 - 1 noise")
                .selectExpr(
                        "*",
                        "cast(mean + noise as double) label",
                        "cast(round(mean + noise) as int) + 0 count",
                        "exp(noise) * mean / 1.1752 amount",
                        "cast(if(mean + noise > 5, 2, if(mean + noise > 2, 1, 0)) as double) kind");
    }
}
