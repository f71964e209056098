package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.Availability;

/**
 * Sums over ranks from device to device, by a library that the devices' maker offers. All ranks must be able to, on devices of their own, and
 * with the same {@link #availability} text: who opens them asks all ranks before.
 */
public interface DirectSums {

    /** No library does that here. */
    DirectSums NONE = new DirectSums() {
        @Override
        public Availability availability() {
            return Availability.no("this back end cannot add from device to device");
        }

        @Override
        public String device() {
            return "";
        }

        @Override
        public byte[] newGroup() {
            throw new IllegalStateException(availability().reason());
        }

        @Override
        public AdditiveSums join(byte[] group, int rank, int size, ModelMemory memory, Runnable lookout) {
            throw new IllegalStateException(availability().reason());
        }
    };

    /** Whether this rank can take part, with the library and all of its settings that decide the order of a sum; or why not. Opens nothing. */
    Availability availability();

    /** What tells this device from every other one, on any host. */
    String device();

    /**
     * Names a new group of ranks; one rank asks for it and tells the others.
     *
     * @throws org.sparkmlext.kernels.PeerException if the library fails
     */
    byte[] newGroup();

    /**
     * Joins a group and waits for its other ranks.
     *
     * @param group what {@link #newGroup} gave on one of the ranks
     * @param memory whose additive array is added; stays the caller's, and is closed after the sums
     * @param lookout is called often, by the waiting thread, in here and in whatever waits of the sums: throws to give up waiting, e.g.
     *     because another rank is lost
     * @return closed by the caller
     * @throws org.sparkmlext.kernels.PeerException if the library fails, or another rank does not come
     */
    AdditiveSums join(byte[] group, int rank, int size, ModelMemory memory, Runnable lookout);
}
