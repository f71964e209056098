package org.sparkmlext.kernels.cuda.device;

import jcuda.driver.CUstream;

/** A stream that tells its handle, for libraries beside JCuda. */
final class JCudaStream extends CUstream {

    long raw() {
        return getNativePointer();
    }
}
