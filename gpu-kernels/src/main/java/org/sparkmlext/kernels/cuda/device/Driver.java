package org.sparkmlext.kernels.cuda.device;

/** What there is to know of the devices before one is opened. Tests put their own in the place of {@link JCudaCalls}. */
interface Driver {

    /**
     * How many devices there are.
     *
     * @throws org.sparkmlext.kernels.KernelException if the driver refuses to work
     * @throws LinkageError if there is no driver, or no binding to it
     */
    int deviceCount();

    /** Facts of a device, without opening it. */
    DeviceFacts facts(int ordinal);
}
