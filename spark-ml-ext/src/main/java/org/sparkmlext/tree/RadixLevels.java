package org.sparkmlext.tree;

/** How the 32 bits of a {@link SortableFloat} key are cut into levels, most significant first: 12, 7, 7, 6 bits. */
final class RadixLevels {

    /** Number of levels. */
    static final int COUNT = 4;

    private static final int[] SHIFT = {20, 13, 6, 0};
    private static final int[] BITS = {12, 7, 7, 6};

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
