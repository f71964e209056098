package org.sparkmlext.jobs.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The benchmark set {@code sparse}: vectors of 2,000 of which 10 to 30 positive values are stored (1 % on average, low
 * indices more often), the label from the columns' own effects and from pairs of neighbours plus Bernoulli noise.
 */
public final class SparseRows extends GeneratedRows {
    private static final long serialVersionUID = 1L;

    public static final long TRAIN_SEED = 5;
    public static final long TEST_SEED = 6;

    static final int FEATURES = 2000;
    static final int FEWEST_VALUES = 10;
    static final int MOST_VALUES = 30;

    private static final long EFFECTS = 5;
    private static final double[] EFFECT = new double[FEATURES];

    static {
        Arrays.setAll(EFFECT, column -> effect(EFFECTS, column));
    }

    public SparseRows(long seed) {
        super(seed);
    }

    @Override
    StructType schema() {
        return new StructType()
                .add("features", SQLDataTypes.VectorType(), false)
                .add("label", DataTypes.FloatType, false);
    }

    @Override
    Row row(long id) {
        SplittableRandom random = random(id);
        int[] indices = distinctIndices(random, FEWEST_VALUES + random.nextInt(MOST_VALUES - FEWEST_VALUES + 1));
        double[] values = new double[indices.length];
        double z = 0;
        for (int i = 0; i < indices.length; i++) {
            values[i] = (float) (0.05 - Math.log(1.0 - random.nextDouble()));
            z += 0.6 * EFFECT[indices[i]] * Math.min(values[i], 1.5);
            if (i > 0 && (indices[i] + indices[i - 1]) % 3 == 0) {
                z += 0.3 * values[i];
            }
        }
        boolean positive = random.nextDouble() < sigmoid(1.1 * z - 0.4);
        return RowFactory.create(Vectors.sparse(FEATURES, indices, values), positive ? 1f : 0f);
    }

    private static int[] distinctIndices(SplittableRandom random, int count) {
        int[] indices = new int[count];
        for (int i = 0; i < count; ) {
            int drawn = (int) (FEATURES * Math.pow(random.nextDouble(), 1.8));
            if (Arrays.stream(indices, 0, i).noneMatch(earlier -> earlier == drawn)) {
                indices[i++] = drawn;
            }
        }
        Arrays.sort(indices);
        return indices;
    }
}
