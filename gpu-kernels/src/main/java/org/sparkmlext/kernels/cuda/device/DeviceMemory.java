package org.sparkmlext.kernels.cuda.device;

import java.util.List;

/**
 * Memory of an {@link OpenDevice}. Copies in are done after the launches before them and before those after; the array may be changed
 * once the call has returned. Copies out block until done. Places are in bytes from the beginning of the memory, {@code from} and
 * {@code count} in elements of the array; who calls has checked them.
 */
public interface DeviceMemory extends DeviceObject {

    /** Writes zeros from its beginning, in the order of launches. */
    void clear(long bytes);

    void copyIn(long at, int[] source, int from, int count);

    void copyIn(long at, long[] source, int from, int count);

    void copyIn(long at, float[] source, int from, int count);

    void copyIn(long at, byte[] source, int from, int count);

    /** Writes the addresses of other memory of the same device, 8 bytes each: an array of pointers for a kernel. */
    void copyInAddresses(List<DeviceMemory> memories);

    void copyOut(long at, int[] target, int from, int count);

    void copyOut(long at, long[] target, int from, int count);

    void copyOut(long at, float[] target, int from, int count);

    void copyOut(long at, byte[] target, int from, int count);

    /** What lies from a place on: the same memory, freed with the whole only. */
    DeviceMemory from(long at);

    /**
     * The same memory under a new name, of undefined content; this name, and parts of it, must not be used any more. What was launched
     * before still finds it as it was.
     *
     * @param bytes at most as many as were allocated
     */
    DeviceMemory renewed(long bytes);
}
