package org.sparkmlext.ml.neural;

import java.io.Serializable;

/** Takes the values of a row out of its column, for scoring. */
interface NetworkRowValues extends Serializable {

    /** Name of the column. */
    String column();

    /** Values that a row takes up. */
    int width();

    /** Whether they are wanted as unsigned bytes, else as floats. */
    boolean takesBytes();

    /**
     * Copies a value to {@code bytes} or {@code floats}, whichever is wanted, from {@code at} on.
     *
     * @return steps of a sequence; 1 of rows without steps
     * @throws IllegalArgumentException if it is of a wrong length or holds what is no finite number; names the column
     */
    int copy(Object value, byte[] bytes, float[] floats, int at);

    /** @throws IllegalArgumentException if the value is not finite as float32 */
    static void requireFinite(String column, double value) {
        if (!Float.isFinite((float) value)) {
            throw new IllegalArgumentException(
                    "column '" + column + "' holds the value " + value + "; all must be finite as float32");
        }
    }

    /**
     * A value as an unsigned byte.
     *
     * @throws IllegalArgumentException if it is none
     */
    static byte pixel(String column, double value) {
        if (!(value >= 0 && value <= 255 && value == Math.rint(value))) {
            throw new IllegalArgumentException("column '" + column + "' holds the value " + value
                    + ", but the network was trained on bytes; allowed are whole numbers from 0 to 255");
        }
        return (byte) (int) value;
    }
}
