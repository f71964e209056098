package org.sparkmlext.kernels;

/**
 * Typed device memory owned by one {@link Backend}.
 *
 * <p>Opaque: the only ways in and out are {@code copyIn} and {@code copyOut}, which copy and block until done. An array
 * handed over may be changed afterwards without effect on the buffer. Methods of another element type than the buffer's
 * throw {@link IllegalStateException}; ranges outside the buffer throw {@link IndexOutOfBoundsException}; a buffer of
 * another back end handed to a kernel, or one already closed, throws {@link IllegalArgumentException} or
 * {@link IllegalStateException}.
 */
public interface Buffer extends AutoCloseable {

    /** Type of the elements. */
    ElementType type();

    /** Number of elements. */
    int length();

    /** Copies {@code count} values of {@code source}, from index {@code sourceFrom}, to index {@code to} of this buffer. */
    void copyIn(int to, int[] source, int sourceFrom, int count);

    /** As {@link #copyIn(int, int[], int, int)}. */
    void copyIn(int to, long[] source, int sourceFrom, int count);

    /** As {@link #copyIn(int, int[], int, int)}. */
    void copyIn(int to, float[] source, int sourceFrom, int count);

    /** As {@link #copyIn(int, int[], int, int)}. */
    void copyIn(int to, byte[] source, int sourceFrom, int count);

    /** Copies {@code count} values from index {@code from} of this buffer to {@code target}, from index {@code targetFrom}. */
    void copyOut(int from, int[] target, int targetFrom, int count);

    /** As {@link #copyOut(int, int[], int, int)}. */
    void copyOut(int from, long[] target, int targetFrom, int count);

    /** As {@link #copyOut(int, int[], int, int)}. */
    void copyOut(int from, float[] target, int targetFrom, int count);

    /** As {@link #copyOut(int, int[], int, int)}. */
    void copyOut(int from, byte[] target, int targetFrom, int count);

    /** Frees the memory. Closing twice is allowed. */
    @Override
    void close();
}
