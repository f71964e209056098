package org.sparkmlext.kernels.graph;

/**
 * Adds {@link ModelMemory#additive} over the ranks of a training, part by part: through the host, or from device to device where a library
 * does that. Every rank begins the same parts in the same order; afterwards all have the same sums, bit for bit.
 */
public interface AdditiveSums extends AutoCloseable {

    /**
     * Whether a part may begin from within an {@link AdditiveListener} and is then added while the program computes on. If not, parts are
     * to begin when the run is over.
     */
    boolean overlaps();

    /** Begins to add {@code [from, from + length)}, which is complete on this rank; may return before it is done. */
    void begin(int from, int length);

    /**
     * Waits until the device holds the sums of all parts that were begun.
     *
     * @throws org.sparkmlext.kernels.PeerException if another rank, or the way to it, is lost and nothing more is known
     */
    void await();

    /**
     * Says that this rank has awaited all its sums and begins no more, and waits until all others have said so: until then one of them may
     * still need this rank. To be called before closing where all went well.
     *
     * @throws org.sparkmlext.kernels.PeerException as {@link #await} does
     */
    default void finish() {}

    /** Begins no more; what is under way may have no result, on other ranks too. Closing twice is allowed. */
    @Override
    void close();
}
