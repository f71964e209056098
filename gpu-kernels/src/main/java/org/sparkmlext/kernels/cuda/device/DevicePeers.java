package org.sparkmlext.kernels.cuda.device;

import org.sparkmlext.kernels.Availability;

/** How a device finds others to add with. */
public interface DevicePeers {

    /** Whether there is a library for it, with its version and settings, or why not. */
    Availability availability();

    /** Number of the device, unlike that of every other one on any host. */
    String uuid();

    /** Names a new group. */
    byte[] newGroup();

    /** Joins a group; waits for its other ranks, and calls {@code lookout} meanwhile, which throws to give up. */
    Communicator join(byte[] group, int rank, int size, Runnable lookout);
}
