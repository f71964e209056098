package org.sparkmlext.kernels;

/** Entry of a back end for {@link java.util.ServiceLoader}; needs a public constructor without arguments. */
public interface BackendProvider {

    /** The name a user asks for, e.g. {@code cpu} or {@code cuda}; lower case. */
    String name();

    /** Order of preference for {@code auto}: the available provider of the highest rank wins. */
    int rank();

    /**
     * Looks whether a device can be used here. Cheap, throws nothing, says why not.
     *
     * @param ordinal which device of its kind, counted from 0, as in {@link BackendOptions#ordinal}: where there are several, one may be
     *     good and another not
     */
    Availability availability(int ordinal);

    /**
     * What cluster managers call devices of this kind when they give them to tasks, {@code gpu}; empty where a task needs nothing
     * but cores. A worker has one of them to itself.
     */
    default String resource() {
        return "";
    }

    /**
     * Opens the device.
     *
     * @throws KernelException if it cannot be opened
     */
    Backend open(BackendOptions options);

    /** What else {@code doctor} is to say of a device that can be used: one sentence, or nothing. */
    default String remark() {
        return "";
    }
}
