package org.sparkmlext.kernels.cuda.device;

import jcuda.driver.CUdeviceptr;

/** An address of device memory that tells its number. */
final class JCudaAddress extends CUdeviceptr {

    /** One for the driver to fill in. */
    JCudaAddress() {}

    private JCudaAddress(JCudaAddress base, long offset) {
        super(base, offset);
    }

    JCudaAddress plus(long offset) {
        return new JCudaAddress(this, offset);
    }

    long raw() {
        return getNativePointer() + getByteOffset();
    }
}
