package org.sparkmlext.kernels.cuda.device;

import java.util.function.IntSupplier;
import jcuda.driver.CUresult;

/** Gets memory of a device back before a call is refused for lack of it. */
final class JCudaReclaim {

    private Runnable reclaim = () -> {};

    void with(Runnable other) {
        reclaim = other;
    }

    /** Gets back what can be had. */
    void now() {
        reclaim.run();
    }

    /** @return the code of the call; where that is a lack of memory, of a second one after memory was reclaimed */
    int around(IntSupplier call) {
        int code = call.getAsInt();
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            reclaim.run();
            code = call.getAsInt();
        }
        return code;
    }
}
