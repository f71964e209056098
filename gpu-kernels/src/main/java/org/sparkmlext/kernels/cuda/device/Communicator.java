package org.sparkmlext.kernels.cuda.device;

import org.sparkmlext.kernels.PeerException;

/** One rank's place in a group of devices that add with each other. Driven by one thread at a time. */
public interface Communicator extends AutoCloseable {

    /**
     * Gives {@link Lane#SUMS} the sum of FLOATs over ranks, in their own place, and returns. All ranks give the same sums in the same order.
     *
     * @param count of floats, from the beginning of the memory
     * @throws PeerException if the library refuses it
     */
    void sum(DeviceMemory memory, int count);

    /**
     * Looks whether sums that are under way can still end.
     *
     * @throws PeerException if not
     */
    void check();

    /** Ends sums that are under way, on this rank, without a result; afterwards only closing is allowed. */
    void abort();

    /** Leaves the group, waiting for the others to leave for some seconds; at once after {@link #abort}. Closing twice is allowed. */
    @Override
    void close();
}
