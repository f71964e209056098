package org.sparkmlext.ml.stage;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;

/** ML vectors as Spark SQL stores them: a row of type (0 sparse, 1 dense), size, indices and values. */
public final class VectorRows {

    /** Fields of the row that a vector is. */
    static final int FIELDS = 4;

    private static final byte SPARSE = 0;
    private static final byte DENSE = 1;
    private static final int TYPE = 0;
    private static final int SIZE = 1;
    private static final int INDICES = 2;
    private static final int VALUES = 3;

    private VectorRows() {}

    /** A dense vector. */
    public static InternalRow dense(double[] values) {
        return new GenericInternalRow(new Object[] {DENSE, null, null, UnsafeArrayData.fromPrimitiveArray(values)});
    }

    /**
     * A sparse vector.
     *
     * @param indices of the entries that are stored, ascending
     */
    public static InternalRow sparse(int size, int[] indices, double[] values) {
        return new GenericInternalRow(new Object[] {
            SPARSE, size, UnsafeArrayData.fromPrimitiveArray(indices), UnsafeArrayData.fromPrimitiveArray(values)
        });
    }

    static boolean isDense(InternalRow vector) {
        return vector.getByte(TYPE) == DENSE;
    }

    static int size(InternalRow vector) {
        return isDense(vector) ? vector.getArray(VALUES).numElements() : vector.getInt(SIZE);
    }

    /** Values of a dense vector, or those that a sparse one stores; a copy. */
    static double[] values(InternalRow vector) {
        return vector.getArray(VALUES).toDoubleArray();
    }

    /** Which entries {@link #values} of a sparse vector are. */
    static int[] indices(InternalRow vector) {
        return vector.getArray(INDICES).toIntArray();
    }
}
