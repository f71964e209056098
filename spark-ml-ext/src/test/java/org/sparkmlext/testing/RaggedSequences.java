package org.sparkmlext.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TableBlockBuilder;

/**
 * Sequences of 3 to 12 steps with two features, in two classes: whether the first feature of the last step is above 0. Who takes padding for
 * steps, or the steps for a bag, does not find out. Row i is always the same.
 */
public final class RaggedSequences {

    public static final int FEATURES = 2;
    public static final int LONGEST = 12;
    private static final int SHORTEST = 3;

    private RaggedSequences() {}

    /** Steps of a row, one after the other. */
    public static float[] steps(int row) {
        Random random = new Random(row * 7919L + 5);
        int length = SHORTEST + random.nextInt(LONGEST - SHORTEST + 1);
        float[] steps = new float[length * FEATURES];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = random.nextFloat() * 2 - 1;
        }
        return steps;
    }

    public static int label(int row) {
        float[] steps = steps(row);
        return steps[steps.length - FEATURES] > 0 ? 1 : 0;
    }

    /** Rows as a block. */
    public static TableBlock block(int[] rows, boolean isValidation) {
        TableBlockBuilder builder = TableBlockBuilder.ofSequences(FEATURES, false, 0, isValidation);
        for (int row : rows) {
            float[] steps = steps(row);
            builder.addSequence(steps, steps.length / FEATURES, label(row), 1, new float[0]);
        }
        return builder.build();
    }

    /** Columns {@code row}, {@code sequence} (array of steps, each an array of numbers) and {@code label}. */
    public static Dataset<Row> table(SparkSession spark, int rows) {
        StructType schema = new StructType()
                .add("row", DataTypes.IntegerType)
                .add("sequence", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType)))
                .add("label", DataTypes.DoubleType);
        List<Row> all = IntStream.range(0, rows).mapToObj(RaggedSequences::row).toList();
        return spark.createDataFrame(all, schema);
    }

    private static Row row(int row) {
        float[] flat = steps(row);
        List<List<Float>> steps = new ArrayList<>();
        for (int i = 0; i < flat.length; i += FEATURES) {
            steps.add(List.of(flat[i], flat[i + 1]));
        }
        return RowFactory.create(row, steps, (double) label(row));
    }
}
