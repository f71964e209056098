package org.sparkmlext.kernels.cuda.device;

import java.nio.ByteBuffer;

/** Memory of the host that a device copies from and to by itself, while the host goes on. */
public interface PinnedMemory extends DeviceObject {

    /** Its bytes, in native order; always the same buffer. */
    ByteBuffer bytes();
}
