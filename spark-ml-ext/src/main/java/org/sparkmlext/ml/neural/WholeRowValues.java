package org.sparkmlext.ml.neural;

import java.util.Optional;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.ImageStructReader;
import scala.collection.Seq;

/**
 * Rows that all have as many values, such as images, whatever form their column has.
 *
 * @param column for messages
 * @param width values a row must have
 * @param takesBytes whether they are wanted as unsigned bytes, else as floats
 */
record WholeRowValues(String column, FeatureForm form, int width, boolean takesBytes) implements NetworkRowValues {
    private static final long serialVersionUID = 1L;

    @Override
    public int copy(Object value, byte[] bytes, float[] floats, int at) {
        switch (form) {
            case BINARY -> copyBytes((byte[]) value, bytes, floats, at);
            case IMAGE -> copyBytes(pixels((Row) value), bytes, floats, at);
            case VECTOR -> copyDoubles(((Vector) value).toArray(), bytes, floats, at);
            case BYTES, FLOATS, DOUBLES -> copyArray((Seq<?>) value, bytes, floats, at);
            case COLUMNS, FLOAT_STEPS, DOUBLE_STEPS, VECTOR_STEPS ->
                throw new IllegalStateException("a column of the form " + form + " has no whole rows");
        }
        return 1;
    }

    private static byte[] pixels(Row image) {
        InternalRow row = new GenericInternalRow(new Object[] {
            image.isNullAt(0) ? null : UTF8String.fromString(image.getString(0)),
            image.getInt(1),
            image.getInt(2),
            image.getInt(3),
            image.getInt(4),
            image.get(5)
        });
        ImageStructReader reader = new ImageStructReader();
        Optional<String> fault = reader.read(row);
        if (fault.isPresent()) {
            throw new IllegalArgumentException("image " + reader.origin() + ": " + fault.get());
        }
        return reader.pixels();
    }

    private void copyBytes(byte[] values, byte[] bytes, float[] floats, int at) {
        requireWidth(values.length);
        if (takesBytes) {
            System.arraycopy(values, 0, bytes, at, width);
        } else {
            for (int i = 0; i < width; i++) {
                floats[at + i] = Byte.toUnsignedInt(values[i]);
            }
        }
    }

    private void copyDoubles(double[] values, byte[] bytes, float[] floats, int at) {
        requireWidth(values.length);
        for (int i = 0; i < width; i++) {
            put(values[i], bytes, floats, at + i);
        }
    }

    private void copyArray(Seq<?> values, byte[] bytes, float[] floats, int at) {
        requireWidth(values.size());
        for (int i = 0; i < width; i++) {
            if (!(values.apply(i) instanceof Number number)) {
                throw new IllegalArgumentException(
                        "column '" + column + "' holds an array with a null; all values must be numbers");
            }
            double value = form == FeatureForm.BYTES ? number.intValue() & 0xFF : number.doubleValue();
            put(value, bytes, floats, at + i);
        }
    }

    private void put(double value, byte[] bytes, float[] floats, int at) {
        if (!takesBytes) {
            NetworkRowValues.requireFinite(column, value);
            floats[at] = (float) value;
        } else {
            bytes[at] = NetworkRowValues.pixel(column, value);
        }
    }

    private void requireWidth(int length) {
        if (length != width) {
            throw new IllegalArgumentException("column '" + column + "' holds a row of " + length
                    + " values; the network was trained on rows of " + width);
        }
    }
}
