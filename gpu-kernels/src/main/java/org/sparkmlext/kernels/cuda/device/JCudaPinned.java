package org.sparkmlext.kernels.cuda.device;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.KernelException;

/** Pinned memory of the host. */
final class JCudaPinned extends Pointer implements PinnedMemory {

    private final ByteBuffer bytes;

    JCudaPinned(int size, JCudaReclaim reclaim) {
        JCudaCalls.check(
                reclaim.around(() -> JCudaDriver.cuMemHostAlloc(this, size, 0)),
                "pinning " + size + " bytes of the host's memory");
        ByteBuffer view = getByteBuffer(0, size);
        if (view == null) {
            throw new KernelException("cuda: JCuda gives no access to pinned memory");
        }
        bytes = view;
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    long raw() {
        return getNativePointer();
    }

    @Override
    public void free() {
        JCudaCalls.check(JCudaDriver.cuMemFreeHost(this), "giving back pinned memory");
    }
}
