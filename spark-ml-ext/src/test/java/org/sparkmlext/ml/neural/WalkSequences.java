package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.RecurrentLayer;

/**
 * Sequences of steps of two features, far from the size of 1: {@code a} about 1000 plus or minus 50, {@code b} noise about -3. Column
 * {@code sequence}; {@code label} is 1 where the last three values of {@code a} lie above 1000 on the whole; {@code mean} is their mean, and
 * {@code targets} an array of that and of ten times as much.
 */
final class WalkSequences {

    static final int LONGEST = 7;
    static final int SHORTEST = 3;

    private WalkSequences() {}

    /** Sequences of 3 to 7 steps. */
    static Dataset<Row> unequal(SparkSession spark, int rows) {
        return table(spark, rows, false);
    }

    /** Sequences of 7 steps, also as {@code flat} array, {@code vector}, and array of {@code vectors}. */
    static Dataset<Row> equal(SparkSession spark, int rows) {
        return table(spark, rows, true)
                .withColumn("flat", expr("flatten(sequence)"))
                .withColumn("vector", functions.array_to_vector(col("flat")))
                .withColumn(
                        "vectors",
                        org.apache.spark.sql.functions.transform(col("sequence"), functions::array_to_vector));
    }

    private static Dataset<Row> table(SparkSession spark, int rows, boolean areEqual) {
        List<Row> all = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            SplittableRandom random = new SplittableRandom(1000 + row);
            int steps = areEqual ? LONGEST : random.nextInt(SHORTEST, LONGEST + 1);
            List<List<Double>> sequence = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                sequence.add(List.of(1000 + random.nextDouble(-50, 50), -3 + random.nextDouble(-1, 1)));
            }
            double mean = sequence.subList(steps - 3, steps).stream()
                    .mapToDouble(step -> step.get(0))
                    .average()
                    .orElseThrow();
            all.add(RowFactory.create(row, sequence, mean > 1000 ? 1.0 : 0.0, mean, List.of(mean, 10 * mean)));
        }
        StructType schema = new StructType()
                .add("row", DataTypes.IntegerType)
                .add("sequence", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.DoubleType)))
                .add("label", DataTypes.DoubleType)
                .add("mean", DataTypes.DoubleType)
                .add("targets", DataTypes.createArrayType(DataTypes.DoubleType));
        return spark.createDataFrame(all, schema).repartition(2);
    }

    static Network network() {
        return Network.builder(new SequenceInput(SequenceInput.OPEN, 2, false))
                .add("lstm", RecurrentLayer.lstm(8))
                .build();
    }

    static LstmClassifier classifier() {
        return new LstmClassifier()
                .setSequenceCol("sequence")
                .setNetwork(network())
                .setMaxEpochs(15)
                .setBatchSize(16)
                .setLearningRate(0.02)
                .setNumThreads(1);
    }

    static LstmRegressor regressor() {
        return new LstmRegressor()
                .setSequenceCol("sequence")
                .setLabelCol("mean")
                .setNetwork(network())
                .setMaxEpochs(25)
                .setBatchSize(16)
                .setLearningRate(0.02)
                .setNumThreads(1);
    }
}
