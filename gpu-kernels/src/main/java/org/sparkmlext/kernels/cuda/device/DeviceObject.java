package org.sparkmlext.kernels.cuda.device;

/** What an {@link OpenDevice} has made and must be told to free. */
public interface DeviceObject {

    /** Frees it. Called once. */
    void free();
}
