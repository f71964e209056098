package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.PatternImages;

/**
 * {@link PatternImages} with how bright they are, in thousands: {@code upper} and {@code lower} half, {@code targets} (an array of both),
 * {@code vectors} (the same as a vector) and {@code label}, both added up.
 */
final class BrightImages {

    private BrightImages() {}

    static Dataset<Row> table(SparkSession spark, int rows) {
        return PatternImages.everyForm(spark, rows)
                .withColumn("upper", brightness(1))
                .withColumn("lower", brightness(PatternImages.WIDTH / 2 + 1))
                .withColumn("targets", array(col("upper"), col("lower")))
                .withColumn("vectors", functions.array_to_vector(col("targets")))
                .withColumn("label", col("upper").plus(col("lower")));
    }

    private static Column brightness(int from) {
        return expr(
                "aggregate(slice(floats, " + from + ", " + PatternImages.WIDTH / 2 + "), 0D, (s, x) -> s + x) / 1000");
    }
}
