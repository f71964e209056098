package org.sparkmlext.data;

/** Features of one block's rows while they are collected. Used for one block; not thread-safe. */
sealed interface FeatureRows permits ValueRows, ByteRowBuffer, SequenceRowBuffer {

    /** Whether no row may follow, because of the bytes that the block takes. */
    boolean isFull();

    /** What was collected; the buffer is spent. */
    FeatureBlock build();

    /** Whether values of which so many are stored take less memory sparse. */
    static boolean isSparse(long stored, long cells) {
        return stored <= cells / 4;
    }
}
