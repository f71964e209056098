package org.sparkmlext.kernels.tree;

/**
 * Opaque order of a shard's rows on a device, in which the rows of every tree node stand next to each other.
 *
 * <p>A node is a range of positions {@code [begin, end)}; the root is {@code [0, numRows)}.
 */
public interface RowPartition extends AutoCloseable {

    int numRows();

    /** Puts the rows back into ascending order: the start of a tree. */
    void reset();

    @Override
    void close();
}
