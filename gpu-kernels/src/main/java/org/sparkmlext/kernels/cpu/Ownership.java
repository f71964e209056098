package org.sparkmlext.kernels.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;

/** Turns what a caller hands in into the back end's own resources, or says why it cannot. */
record Ownership(CpuBackend backend) {

    <T extends CpuResource> T own(Object resource, Class<T> type, String name) {
        backend.requireOpen();
        if (!type.isInstance(resource) || type.cast(resource).owner() != backend) {
            throw new IllegalArgumentException(name + " (" + resource + ") belong to another back end than this one, "
                    + backend.description() + "; allocate them from the back end whose kernels use them");
        }
        T own = type.cast(resource);
        own.requireOpen();
        return own;
    }

    float[] floats(Buffer buffer, String name, int length) {
        CpuBuffer own = own(buffer, CpuBuffer.class, name);
        requireRows(own.length(), length, name);
        return own.floats();
    }

    float @Nullable [] optionalFloats(@Nullable Buffer buffer, String name, int length) {
        return buffer == null ? null : floats(buffer, name, length);
    }

    float[][] floats(List<Buffer> buffers, String name, int length) {
        float[][] all = new float[buffers.size()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = floats(buffers.get(i), name, length);
        }
        return all;
    }

    long[] longs(Buffer buffer, String name, int length) {
        CpuBuffer own = own(buffer, CpuBuffer.class, name);
        requireRows(own.length(), length, name);
        return own.longs();
    }

    /** The array of a kernel that writes it. */
    long[] longsToWrite(Buffer buffer, String name, int length) {
        CpuBuffer own = own(buffer, CpuBuffer.class, name);
        requireRows(own.length(), length, name);
        return own.longsToWrite();
    }

    static void requireRows(int length, int numRows, String name) {
        if (length != numRows) {
            throw new IllegalArgumentException(name + " has " + length + " rows; needed are " + numRows);
        }
    }
}
