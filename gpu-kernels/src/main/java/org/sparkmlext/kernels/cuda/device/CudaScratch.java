package org.sparkmlext.kernels.cuda.device;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory of a device that is used again call after call, and grows when more is asked for. Ends with its device. */
public final class CudaScratch {

    private final CudaDevice device;
    private final String what;
    private @Nullable DeviceMemory memory;
    private long capacity;

    /** @param what for the message where there is no memory */
    public CudaScratch(CudaDevice device, String what) {
        this.device = device;
        this.what = what;
    }

    /** So many bytes of undefined content, until the next call of any method. */
    public DeviceMemory bytes(long bytes) {
        DeviceMemory present = memory;
        if (present != null && bytes <= capacity) {
            return present;
        }
        free();
        // Half as much again, so that a few calls make it large enough for all.
        capacity = bytes + bytes / 2;
        DeviceMemory made = device.allocate(capacity, what);
        memory = made;
        return made;
    }

    /** So many bytes of zeros. */
    public DeviceMemory zeros(long bytes) {
        DeviceMemory target = bytes(bytes);
        target.clear(Math.max(1, bytes));
        return target;
    }

    /** A copy of an array. */
    public DeviceMemory of(int[] values) {
        DeviceMemory target = bytes((long) values.length * Integer.BYTES);
        target.copyIn(0, values, 0, values.length);
        return target;
    }

    /** A copy of an array. */
    public DeviceMemory of(long[] values) {
        DeviceMemory target = bytes((long) values.length * Long.BYTES);
        target.copyIn(0, values, 0, values.length);
        return target;
    }

    /** Copies of arrays in one go, one behind another; all end with the next call of any method. */
    public List<DeviceMemory> of(int[]... arrays) {
        int length = 0;
        for (int[] array : arrays) {
            length = Math.addExact(length, array.length);
        }
        int[] all = new int[length];
        int[] begins = new int[arrays.length];
        int at = 0;
        for (int i = 0; i < arrays.length; i++) {
            System.arraycopy(arrays[i], 0, all, at, arrays[i].length);
            begins[i] = at;
            at += arrays[i].length;
        }
        DeviceMemory target = of(all);
        return Arrays.stream(begins)
                .mapToObj(begin -> target.from((long) begin * Integer.BYTES))
                .toList();
    }

    /** Frees it; it may be used again. */
    public void free() {
        DeviceMemory present = memory;
        if (present != null) {
            memory = null;
            device.free(present);
        }
    }
}
