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

    /**
     * Leaves the group once all ranks are about to, and waits for that; afterwards only closing is allowed.
     *
     * @throws PeerException if another rank does not
     */
    void leave();

    /** Gives up the group unless it was left: sums that are under way end without a result. Closing twice is allowed. */
    @Override
    void close();
}
