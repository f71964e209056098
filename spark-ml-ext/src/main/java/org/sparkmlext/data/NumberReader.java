package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads one column of batches as float32, double or boolean, with the bits that Spark's own cast to that type gives. Stateless.
 */
public final class NumberReader implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How a vector stores its values. */
    private enum Stored {
        BOOLEAN,
        BYTE,
        SHORT,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        DECIMAL
    }

    /** What values are cast to. */
    private enum Wanted {
        BOOLEAN,
        FLOAT,
        DOUBLE
    }

    private final int at;
    private final Stored stored;
    private final Wanted wanted;
    /** Of decimals. */
    private final int precision;

    private final int scale;

    private NumberReader(int at, Stored stored, Wanted wanted, int precision, int scale) {
        this.at = at;
        this.stored = stored;
        this.wanted = wanted;
        this.precision = precision;
        this.scale = scale;
    }

    /**
     * A reader of the column at {@code at} of a batch, cast from one type to another; empty where it cannot be read so: numbers and
     * booleans become float or double, a boolean may stay one.
     */
    public static Optional<NumberReader> of(int at, DataType from, DataType to) {
        Stored stored = stored(from);
        Wanted wanted = to.equals(DataTypes.FloatType)
                ? Wanted.FLOAT
                : to.equals(DataTypes.DoubleType)
                        ? Wanted.DOUBLE
                        : to.equals(DataTypes.BooleanType) && from.equals(to) ? Wanted.BOOLEAN : null;
        if (stored == null || wanted == null) {
            return Optional.empty();
        }
        boolean isDecimal = from instanceof DecimalType;
        int precision = isDecimal ? ((DecimalType) from).precision() : 0;
        int scale = isDecimal ? ((DecimalType) from).scale() : 0;
        return Optional.of(new NumberReader(at, stored, wanted, precision, scale));
    }

    private static @Nullable Stored stored(DataType type) {
        if (type instanceof DecimalType) {
            return Stored.DECIMAL;
        }
        DataType[] types = {
            DataTypes.BooleanType,
            DataTypes.ByteType,
            DataTypes.ShortType,
            DataTypes.IntegerType,
            DataTypes.LongType,
            DataTypes.FloatType,
            DataTypes.DoubleType
        };
        for (int i = 0; i < types.length; i++) {
            if (types[i].equals(type)) {
                return Stored.values()[i];
            }
        }
        return null;
    }

    /** All values of a batch, doubles narrowed; null is NaN. {@code values} may be longer than the batch. */
    void readFloats(ColumnarBatch batch, float[] values) {
        ColumnVector vector = batch.column(at);
        int n = batch.numRows();
        // Spark casts through double only where the plan says so, which matters to those that a double cannot hold
        // exactly.
        boolean isTwice = wanted == Wanted.DOUBLE;
        switch (stored) {
            case BOOLEAN -> {
                boolean[] read = vector.getBooleans(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = read[i] ? 1f : 0f;
                }
            }
            case BYTE -> {
                byte[] read = vector.getBytes(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = read[i];
                }
            }
            case SHORT -> {
                short[] read = vector.getShorts(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = read[i];
                }
            }
            case INT -> {
                int[] read = vector.getInts(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = read[i];
                }
            }
            case LONG -> {
                long[] read = vector.getLongs(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = isTwice ? (float) (double) read[i] : (float) read[i];
                }
            }
            case FLOAT -> System.arraycopy(vector.getFloats(0, n), 0, values, 0, n);
            case DOUBLE -> {
                double[] read = vector.getDoubles(0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = (float) read[i];
                }
            }
            case DECIMAL -> {
                for (int i = 0; i < n; i++) {
                    if (!vector.isNullAt(i)) {
                        values[i] = isTwice ? (float) decimalAsDouble(vector, i) : decimalAsFloat(vector, i);
                    }
                }
            }
        }
        if (vector.hasNull()) {
            for (int i = 0; i < n; i++) {
                if (vector.isNullAt(i)) {
                    values[i] = Float.NaN;
                }
            }
        }
    }

    /** All values of a batch; null is NaN. {@code values} may be longer than the batch. */
    void readDoubles(ColumnarBatch batch, double[] values) {
        ColumnVector vector = batch.column(at);
        boolean hasNull = vector.hasNull();
        for (int i = 0; i < batch.numRows(); i++) {
            values[i] = hasNull && vector.isNullAt(i) ? Double.NaN : doubleAt(vector, i);
        }
    }

    /** All values of a batch, which is a column of booleans; false, and values undefined, if there is a null. */
    boolean readBooleans(ColumnarBatch batch, boolean[] values) {
        ColumnVector vector = batch.column(at);
        if (vector.hasNull()) {
            return false;
        }
        System.arraycopy(vector.getBooleans(0, batch.numRows()), 0, values, 0, batch.numRows());
        return true;
    }

    /** One value as a row would hold it after the cast: Float, Double, Boolean or null. */
    @Nullable
    Object valueAt(ColumnarBatch batch, int row) {
        ColumnVector vector = batch.column(at);
        if (vector.isNullAt(row)) {
            return null;
        }
        return switch (wanted) {
            case BOOLEAN -> vector.getBoolean(row);
            case FLOAT -> floatAt(vector, row);
            case DOUBLE -> doubleAt(vector, row);
        };
    }

    private float floatAt(ColumnVector vector, int row) {
        return switch (stored) {
            case LONG -> (float) vector.getLong(row);
            case DECIMAL -> decimalAsFloat(vector, row);
            default -> (float) doubleAt(vector, row);
        };
    }

    private double doubleAt(ColumnVector vector, int row) {
        return switch (stored) {
            case BOOLEAN -> vector.getBoolean(row) ? 1 : 0;
            case BYTE -> vector.getByte(row);
            case SHORT -> vector.getShort(row);
            case INT -> vector.getInt(row);
            case LONG -> (double) vector.getLong(row);
            case FLOAT -> vector.getFloat(row);
            case DOUBLE -> vector.getDouble(row);
            case DECIMAL -> decimalAsDouble(vector, row);
        };
    }

    private float decimalAsFloat(ColumnVector vector, int row) {
        return vector.getDecimal(row, precision, scale).toFloat();
    }

    private double decimalAsDouble(ColumnVector vector, int row) {
        return vector.getDecimal(row, precision, scale).toDouble();
    }
}
