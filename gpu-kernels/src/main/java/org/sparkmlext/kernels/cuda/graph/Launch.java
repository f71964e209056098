package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;

/** One launch of a program. Made while its arguments have no address yet, then bound, then run many times with the same ones. */
final class Launch {

    private final String layer;
    private final String op;
    private final String file;
    private final String kernel;
    private final int sharedBytes;
    private final Grid grid;
    private final @Nullable Object[] arguments;
    private @Nullable DeviceKernel bound;
    private @Nullable Object[] addresses = {};

    /**
     * @param layer for messages and profiles
     * @param op likewise: name of the op, or of what else is done
     * @param sharedBytes dynamic shared memory of a block
     * @param arguments as {@link DeviceKernel#launch} takes them, a {@link Slot} in the place of memory
     */
    Launch(
            String layer,
            String op,
            String file,
            String kernel,
            int sharedBytes,
            Grid grid,
            @Nullable Object... arguments) {
        this.layer = layer;
        this.op = op;
        this.file = file;
        this.kernel = kernel;
        this.sharedBytes = sharedBytes;
        this.grid = grid;
        this.arguments = arguments;
    }

    String layer() {
        return layer;
    }

    String op() {
        return op;
    }

    String kernel() {
        return kernel;
    }

    @Nullable
    Object[] arguments() {
        return arguments;
    }

    void bind(CudaDevice device, DeviceMemory arena) {
        bound = device.kernel(file, kernel, sharedBytes);
        addresses = Arrays.stream(arguments)
                .map(argument -> argument instanceof Slot slot ? slot.memory(arena) : argument)
                .toArray();
    }

    void run() {
        DeviceKernel ready = bound;
        if (ready == null) {
            throw new IllegalStateException(this + " was not bound");
        }
        try {
            ready.launch(grid, addresses);
        } catch (KernelException e) {
            // A launch tells of faults of those before it, too.
            throw new KernelException(this + " or one before it failed: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "layer '" + layer + "': " + op + " (" + kernel + ")";
    }
}
