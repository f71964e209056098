package org.sparkmlext.kernels.cuda.device;

import org.jspecify.annotations.Nullable;

/** A product that a library computes, of one shape, ready to be given to the device as often as it is wanted. */
public interface ProductCall extends DeviceObject {

    /** Name of the library, for profiles and messages. */
    String library();

    /** Memory that it needs while it runs; may be 0. */
    long scratchBytes();

    /**
     * Puts it behind all launches before it. Can be recorded, once it was run before: a library may load its kernels when they are first
     * wanted.
     *
     * @param first see {@link ProductShape}; weights are second
     * @param scratch of {@link #scratchBytes()}; null where that is 0
     * @throws org.sparkmlext.kernels.KernelException if the library refuses it, with its reason
     */
    void run(DeviceMemory first, DeviceMemory second, DeviceMemory result, @Nullable DeviceMemory scratch);
}
