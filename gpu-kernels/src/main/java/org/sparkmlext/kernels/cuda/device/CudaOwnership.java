package org.sparkmlext.kernels.cuda.device;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** Turns what a caller hands in into the device's own resources, or says why it cannot. */
public record CudaOwnership(CudaDevice device) {

    public <T extends CudaResource> T own(Object resource, Class<T> type, String name) {
        device.requireOpen();
        if (!type.isInstance(resource) || type.cast(resource).owner() != device) {
            throw new IllegalArgumentException(
                    name + " (" + resource + ") belong to another back end than this one, cuda: "
                            + device.facts().describe() + "; allocate them from the back end whose kernels use them");
        }
        T own = type.cast(resource);
        own.requireOpen();
        return own;
    }

    public DeviceMemory floats(Buffer buffer, String name, int length) {
        return memory(buffer, name, ElementType.FLOAT, length);
    }

    @Nullable
    public DeviceMemory optionalFloats(@Nullable Buffer buffer, String name, int length) {
        return buffer == null ? null : floats(buffer, name, length);
    }

    public List<DeviceMemory> floats(List<Buffer> buffers, String name, int length) {
        return buffers.stream().map(buffer -> floats(buffer, name, length)).toList();
    }

    public DeviceMemory longs(Buffer buffer, String name, int length) {
        return memory(buffer, name, ElementType.LONG, length);
    }

    private DeviceMemory memory(Buffer buffer, String name, ElementType type, int length) {
        CudaBuffer own = own(buffer, CudaBuffer.class, name);
        requireRows(own.length(), length, name);
        if (own.type() != type) {
            throw new IllegalStateException(own + " was used as " + type);
        }
        return own.memory();
    }

    public static void requireRows(int length, int numRows, String name) {
        if (length != numRows) {
            throw new IllegalArgumentException(name + " has " + length + " rows; needed are " + numRows);
        }
    }
}
