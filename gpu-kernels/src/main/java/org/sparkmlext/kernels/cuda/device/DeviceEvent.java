package org.sparkmlext.kernels.cuda.device;

/** A place in the order of what a device does, to be waited for, and its time by the device's clock. */
public interface DeviceEvent extends DeviceObject {

    /** Puts it behind all that a lane was given so far; an earlier place is forgotten. */
    void record(Lane lane);

    /** The host waits until all before it is done; what went wrong there comes out here. Not recorded yet: returns at once. */
    void await();

    /**
     * Whether all before it is done, without waiting for it; what went wrong there comes out here. Not recorded yet: true.
     */
    boolean isReached();

    /** What a lane is given from now on waits until all before this event is done; the host does not. */
    void hold(Lane lane);

    /** Milliseconds on the device between two events that have both been waited for. */
    double millisSince(DeviceEvent earlier);
}
