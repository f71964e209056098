package org.sparkmlext.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A small table of two classes that trees can learn but not without error: columns {@code a} (double, 10 % null),
 * {@code b} (int), {@code c} (float), {@code weight} (double), {@code isValidation}, {@code label} (double).
 */
public final class BinaryTable {

    /** Feature columns. */
    public static final String[] FEATURES = {"a", "b", "c"};

    private BinaryTable() {}

    /** Rows with the plain columns. */
    public static Dataset<Row> plain(SparkSession spark, int rows, long seed) {
        Random random = new Random(seed);
        List<Row> data = new ArrayList<>();
        for (int r = 0; r < rows; r++) {
            double a = random.nextGaussian();
            int b = random.nextInt(20);
            float c = random.nextFloat();
            boolean isMissing = random.nextInt(10) == 0;
            double logit = (isMissing ? 1.5 : 2 * a) + (b > 9 ? 1 : -1) + 2 * (c - 0.5) * a;
            double label = random.nextDouble() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
            data.add(RowFactory.create(isMissing ? null : a, b, c, 0.5 + random.nextInt(3), r % 4 == 3, label));
        }
        StructType schema = new StructType()
                .add("a", DataTypes.DoubleType)
                .add("b", DataTypes.IntegerType)
                .add("c", DataTypes.FloatType)
                .add("weight", DataTypes.DoubleType)
                .add("isValidation", DataTypes.BooleanType)
                .add("label", DataTypes.DoubleType);
        return spark.createDataFrame(data, schema);
    }

    /** The same with a vector column {@code features} of a, b, c with their names, null as NaN. */
    public static Dataset<Row> withVector(SparkSession spark, int rows, long seed) {
        return assembled(plain(spark, rows, seed));
    }

    /** Adds {@code features}. */
    public static Dataset<Row> assembled(Dataset<Row> plain) {
        return new VectorAssembler()
                .setInputCols(FEATURES)
                .setOutputCol("features")
                .setHandleInvalid("keep")
                .transform(plain);
    }
}
