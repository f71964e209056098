package org.sparkmlext.kernels.cpu.graph;

/** The upper half of a float32. */
final class Bfloat16 {

    private Bfloat16() {}

    /** To the nearest, ties to even; NaN stays NaN. */
    static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** Whether it is neither NaN nor infinite. */
    static boolean isFinite(short value) {
        return (value & 0x7F80) != 0x7F80;
    }
}
