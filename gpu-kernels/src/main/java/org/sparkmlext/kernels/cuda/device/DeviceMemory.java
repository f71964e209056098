package org.sparkmlext.kernels.cuda.device;

import java.util.List;

/**
 * Memory of an {@link OpenDevice}. Copies block until done and wait for launches before them. Places are in bytes from the
 * beginning of the memory, {@code from} and {@code count} in elements of the array; who calls has checked them.
 */
public interface DeviceMemory {

    /** Writes zeros from its beginning. */
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

    /** Frees it. Called once. */
    void free();
}
