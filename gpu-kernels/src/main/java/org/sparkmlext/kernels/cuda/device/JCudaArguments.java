package org.sparkmlext.kernels.cuda.device;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a launch as the driver takes them: cells of 8 bytes, and behind them the address of each. The driver copies them before a
 * launch returns, so a device has one such block for all its launches, and none makes an object.
 */
final class JCudaArguments {

    private static final int MOST = 64;

    private final JCudaPinned memory;
    private final ByteBuffer cells;
    private final Pointer addresses;

    JCudaArguments(JCudaReclaim reclaim) {
        memory = new JCudaPinned(2 * MOST * Long.BYTES, reclaim);
        cells = memory.bytes();
        addresses = memory.withByteOffset((long) MOST * Long.BYTES);
        for (int i = 0; i < MOST; i++) {
            cells.putLong((MOST + i) * Long.BYTES, memory.raw() + (long) i * Long.BYTES);
        }
    }

    /** For one launch, which must be made before this is called again. */
    Pointer of(@Nullable Object... arguments) {
        if (arguments.length > MOST) {
            throw new IllegalArgumentException("a kernel takes at most " + MOST + " arguments here");
        }
        for (int i = 0; i < arguments.length; i++) {
            write(i * Long.BYTES, arguments[i]);
        }
        return addresses;
    }

    private void write(int at, @Nullable Object argument) {
        if (argument == null) {
            cells.putLong(at, 0);
        } else if (argument instanceof JCudaMemory memory) {
            cells.putLong(at, memory.rawAddress());
        } else if (argument instanceof Integer number) {
            cells.putInt(at, number);
        } else if (argument instanceof Long number) {
            cells.putLong(at, number);
        } else if (argument instanceof Float number) {
            cells.putFloat(at, number);
        } else if (argument instanceof Double number) {
            cells.putDouble(at, number);
        } else {
            throw new IllegalArgumentException(
                    "kernels take memory of a CUDA device, ints, longs, floats and doubles, not "
                            + argument.getClass().getName());
        }
    }

    void free() {
        memory.free();
    }
}
