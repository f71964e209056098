package org.sparkmlext.tree;

/** Floats as unsigned 32-bit keys in the order of the numbers; -0.0 and 0.0 share a key. */
final class SortableFloat {

    private SortableFloat() {}

    /** The key of a number that is not NaN, to be read as unsigned. */
    static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) | 0x80000000);
    }

    /**
     * The keys of {@code count} values from index {@code from}. A NaN gets a key beyond those of all finite numbers, above
     * or below, so that loops over keys need no branch.
     */
    static void keys(float[] values, int from, int count, int[] keys) {
        // Nothing but this in the loop: the compiler turns it into vector instructions.
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(values[from + i] + 0.0f);
            keys[i] = bits ^ ((bits >> 31) | 0x80000000);
        }
    }

    /** The number of a key. */
    static float value(int key) {
        int bits = key < 0 ? key ^ 0x80000000 : ~key;
        return Float.intBitsToFloat(bits);
    }
}
