package org.sparkmlext.tree;

/** How the 32 bits of a {@link SortableFloat} key are cut into levels, most significant first: 12, 7, 7, 6 bits. */
final class RadixLevels {

    /** Number of levels. */
    static final int COUNT = 4;

    private static final int[] SHIFT = {20, 13, 6, 0};
    private static final int[] BITS = {12, 7, 7, 6};

    // The same numbers for hot loops, where a table would cost a load.
    static final int FIRST_SHIFT = 20;
    static final int SECOND_SHIFT = 13;
    static final int SECOND_BITS = 7;
    static final int SECOND_MASK = 127;
    static final int THIRD_SHIFT = 6;
    static final int THIRD_BITS = 7;
    static final int THIRD_MASK = 127;
    static final int FOURTH_BITS = 6;
    static final int FOURTH_MASK = 63;
    /** Bits of the first two levels together. */
    static final int PREFIX_BITS = 19;
    /** Bits of the last two levels together. */
    static final int REST_BITS = 13;

    static final int REST_MASK = (1 << REST_BITS) - 1;

    /** The first digits of finite numbers: exponents of all ones, at both ends, are those of infinities and NaN. */
    static final int FIRST_FINITE = 8;

    static final int LAST_FINITE = (1 << 12) - 1 - FIRST_FINITE;

    private RadixLevels() {}

    /** Children of a bucket at this level. */
    static int width(int level) {
        return 1 << BITS[level];
    }

    /** Which child of its bucket a key falls into at this level. */
    static int digit(int key, int level) {
        return (key >>> SHIFT[level]) & ((1 << BITS[level]) - 1);
    }

    /** Bits below this level. */
    static int shift(int level) {
        return SHIFT[level];
    }
}
