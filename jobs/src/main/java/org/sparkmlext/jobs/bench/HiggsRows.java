package org.sparkmlext.jobs.bench;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The benchmark set {@code higgs}, {@link HiggsNumbers} as rows of a table. */
public final class HiggsRows extends GeneratedRows {
    private static final long serialVersionUID = 1L;

    /** Features, named f0 to f27; the last column is {@code label}. */
    public static final int FEATURES = HiggsNumbers.FEATURES;

    public static final long TRAIN_SEED = HiggsNumbers.TRAIN_SEED;
    public static final long TEST_SEED = 2;

    private final HiggsNumbers numbers;

    public HiggsRows(long seed) {
        super(seed);
        numbers = new HiggsNumbers(seed);
    }

    /** All columns are floats without nulls. */
    @Override
    StructType schema() {
        StructType schema = new StructType();
        for (int f = 0; f < FEATURES; f++) {
            schema = schema.add("f" + f, DataTypes.FloatType, false);
        }
        return schema.add("label", DataTypes.FloatType, false);
    }

    @Override
    Row row(long id) {
        float[] row = numbers.row(id);
        Object[] values = new Object[row.length];
        for (int i = 0; i < row.length; i++) {
            values[i] = row[i];
        }
        return RowFactory.create(values);
    }
}
