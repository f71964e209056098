package org.sparkmlext.tree;

/** Floats as unsigned 32-bit keys in the order of the numbers; -0.0 and 0.0 share a key. */
final class SortableFloat {

    private SortableFloat() {}

    /** The key of a number that is not NaN, to be read as unsigned. */
    static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) | 0x80000000);
    }

    /** The number of a key. */
    static float value(int key) {
        int bits = key < 0 ? key ^ 0x80000000 : ~key;
        return Float.intBitsToFloat(bits);
    }
}
