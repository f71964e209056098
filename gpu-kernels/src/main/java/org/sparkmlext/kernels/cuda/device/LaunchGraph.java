package org.sparkmlext.kernels.cuda.device;

/** Launches that were recorded once, with their arguments, and are made again all at once. */
public interface LaunchGraph extends DeviceObject {

    /** Puts the launches, in their order, behind all that were made before; may return without waiting for them. */
    void launch();
}
