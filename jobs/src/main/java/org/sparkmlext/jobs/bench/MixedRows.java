package org.sparkmlext.jobs.bench;

import java.util.SplittableRandom;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The benchmark set {@code mixed}: 20 numbers of which a tenth is missing (NaN), and 10 columns of category codes with 3 to
 * 10,000 categories whose order says nothing. In one column it matters that a value is missing.
 */
public final class MixedRows extends GeneratedRows {
    private static final long serialVersionUID = 1L;

    public static final long TRAIN_SEED = 3;
    public static final long TEST_SEED = 4;

    static final int NUMBERS = 20;
    static final int[] CATEGORIES = {3, 5, 10, 24, 50, 100, 300, 1000, 3000, 10000};

    private static final int TELLING_WHEN_MISSING = 5;
    private static final double MISSING_SHARE = 0.10;
    private static final long FIRST_EFFECTS = 77;
    private static final long INTERACTION_EFFECTS = 99;

    public MixedRows(long seed) {
        super(seed);
    }

    @Override
    StructType schema() {
        StructType schema = new StructType();
        for (int f = 0; f < NUMBERS; f++) {
            schema = schema.add("f" + f, DataTypes.FloatType, false);
        }
        for (int c = 0; c < CATEGORIES.length; c++) {
            schema = schema.add("c" + c, DataTypes.IntegerType, false);
        }
        return schema.add("label", DataTypes.FloatType, false);
    }

    @Override
    Row row(long id) {
        SplittableRandom random = random(id);
        Object[] values = new Object[NUMBERS + CATEGORIES.length + 1];
        double[] x = new double[NUMBERS];
        for (int f = 0; f < NUMBERS; f++) {
            x[f] = f % 2 == 0 ? gaussian(random) : -Math.log(1.0 - random.nextDouble());
        }
        int[] codes = new int[CATEGORIES.length];
        double z = 0;
        for (int c = 0; c < CATEGORIES.length; c++) {
            int count = CATEGORIES[c];
            // Low codes are frequent ones; the effect of a code is drawn, so that the order of codes says nothing.
            codes[c] = (int) Math.min(count - 1, Math.floor(count * Math.pow(random.nextDouble(), 1.7)));
            z += (c < 5 ? 0.30 : 0.38) * effect(FIRST_EFFECTS + c, codes[c]);
            values[NUMBERS + c] = codes[c];
        }
        z += 0.6 * Math.sin(1.5 * x[0])
                + 0.5 * x[2] * x[4]
                - 0.4 * Math.abs(x[6])
                + 0.4 * Math.log1p(x[1]) * x[8]
                + 0.5 * effect(INTERACTION_EFFECTS, codes[2]) * x[10]
                + 0.3 * (x[3] > 1 ? x[12] : -x[14]);
        for (int f = 0; f < NUMBERS; f++) {
            boolean isMissing = random.nextDouble() < MISSING_SHARE;
            values[f] = isMissing ? Float.NaN : (float) x[f];
            z += isMissing && f == TELLING_WHEN_MISSING ? 0.8 : 0;
        }
        values[values.length - 1] = random.nextDouble() < sigmoid(1.2 * z) ? 1f : 0f;
        return RowFactory.create(values);
    }
}
