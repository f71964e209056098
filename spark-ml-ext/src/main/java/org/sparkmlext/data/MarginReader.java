package org.sparkmlext.data;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Reads what rows hold one an output: base margins, or labels of several numbers. One a partition. Not thread-safe. */
final class MarginReader {

    /** How a row holds them. */
    enum Form {
        /** Not at all. */
        NONE,
        /** One double. */
        NUMBER,
        /** An array of doubles. */
        ARRAY,
        /** An ML vector. */
        VECTOR
    }

    private final Form form;
    private final int at;
    private final String column;
    private final RowFault ofNull;
    private final RowFault ofNotFinite;
    private final TableCounts counts;
    private float[] margins = {};

    /**
     * @param at where in a row they stand
     * @param ofNull what a null is
     * @param ofNotFinite what a number is that is not finite as float32
     */
    MarginReader(Form form, int at, String column, RowFault ofNull, RowFault ofNotFinite, TableCounts counts) {
        this.form = form;
        this.at = at;
        this.column = column;
        this.ofNull = ofNull;
        this.ofNotFinite = ofNotFinite;
        this.counts = counts;
    }

    /** Those of the row last read: one array, written again by the next {@link #read}; empty without margins. */
    float[] margins() {
        return margins;
    }

    /** Margins a row, as far as it is known: where rows hold arrays or vectors, of the first row. */
    int length() {
        return form == Form.NUMBER ? 1 : margins.length;
    }

    /** Reads a row's; false, and faults counted, if they are at fault. */
    boolean read(InternalRow row) {
        if (form == Form.NONE) {
            return true;
        }
        if (row.isNullAt(at)) {
            counts.countFault(ofNull, column, "");
            return false;
        }
        if (form == Form.NUMBER) {
            return hasLength(1) && put(0, row.getDouble(at));
        }
        boolean isArray = form == Form.ARRAY;
        InternalRow vector = isArray ? row : row.getStruct(at, 4);
        ArrayData entries = isArray ? row.getArray(at) : vector.getArray(3);
        boolean isSparse = !isArray && vector.getByte(0) == 0;
        if (!hasLength(isSparse ? vector.getInt(1) : entries.numElements())) {
            return false;
        }
        Arrays.fill(margins, 0f);
        ArrayData indices = isSparse ? vector.getArray(2) : entries;
        boolean isGood = true;
        for (int i = 0; i < entries.numElements(); i++) {
            double margin = isArray && entries.isNullAt(i) ? Double.NaN : entries.getDouble(i);
            isGood &= put(isSparse ? indices.getInt(i) : i, margin);
        }
        return isGood;
    }

    /** Whether this row has as many margins as the first one; other lengths are told of by their counts. */
    private boolean hasLength(int length) {
        counts.countMarginLength(length, 1);
        if (margins.length == 0) {
            margins = new float[length];
        }
        return length == margins.length && length > 0;
    }

    private boolean put(int output, double value) {
        if (!Float.isFinite((float) value)) {
            counts.countFault(ofNotFinite, column, Double.toString(value));
            return false;
        }
        margins[output] = (float) value + 0f;
        return true;
    }
}
