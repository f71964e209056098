package org.sparkmlext.kernels;

/** Entry of a back end for {@link java.util.ServiceLoader}; needs a public constructor without arguments. */
public interface BackendProvider {

    /** The name a user asks for, e.g. {@code cpu} or {@code cuda}; lower case. */
    String name();

    /** Order of preference for {@code auto}: the available provider of the highest rank wins. */
    int rank();

    /** Looks whether the device can be used here. Cheap, throws nothing, says why not. */
    Availability availability();

    /**
     * Opens the device.
     *
     * @throws KernelException if it cannot be opened
     */
    Backend open(BackendOptions options);
}
