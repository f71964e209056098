package org.sparkmlext.kernels.cuda.device;

import org.sparkmlext.kernels.Availability;

/** How a device finds others to add with. */
public interface DevicePeers {

    /** For a device that has none. */
    DevicePeers NONE = new DevicePeers() {
        @Override
        public Availability availability() {
            return Availability.no("this device adds with no other");
        }

        @Override
        public String uuid() {
            return "";
        }

        @Override
        public byte[] newGroup() {
            throw new IllegalStateException(availability().reason());
        }

        @Override
        public Communicator join(byte[] group, int rank, int size, Runnable lookout) {
            throw new IllegalStateException(availability().reason());
        }
    };

    /** Whether there is a library for it, with its version and settings, or why not. */
    Availability availability();

    /** Number of the device, unlike that of every other one on any host. */
    String uuid();

    /** Names a new group. */
    byte[] newGroup();

    /** Joins a group; waits for its other ranks, and calls {@code lookout} meanwhile, which throws to give up. */
    Communicator join(byte[] group, int rank, int size, Runnable lookout);
}
