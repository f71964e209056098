package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;

/** One launch of a program. Made while its arguments have no address yet, then bound, then run many times with the same ones. */
final class Launch {

    /** What a launch is of. */
    interface Work {

        /** Its name, for messages and profiles. */
        String name();

        /**
         * What runs it.
         *
         * @param arguments memory in the place of slots
         */
        Runnable bind(CudaDevice device, @Nullable Object[] arguments);

        /** Gives back what it keeps of a device. */
        default void free(CudaDevice device) {}
    }

    private final String layer;
    private final String op;
    private final Work work;
    private final @Nullable Object[] arguments;
    private @Nullable Runnable bound;

    /**
     * @param layer for messages and profiles
     * @param op likewise: name of the op, or of what else is done
     * @param arguments as the work takes them, a {@link Slot} in the place of memory
     */
    Launch(String layer, String op, Work work, @Nullable Object... arguments) {
        this.layer = layer;
        this.op = op;
        this.work = work;
        this.arguments = arguments;
    }

    String layer() {
        return layer;
    }

    String op() {
        return op;
    }

    String kernel() {
        return work.name();
    }

    @Nullable
    Object[] arguments() {
        return arguments;
    }

    void bind(CudaDevice device, DeviceMemory arena) {
        @Nullable
        Object[] addresses = Arrays.stream(arguments)
                .map(argument -> argument instanceof Slot slot ? slot.memory(arena) : argument)
                .toArray();
        bound = work.bind(device, addresses);
    }

    void free(CudaDevice device) {
        work.free(device);
    }

    void run() {
        Runnable ready = bound;
        if (ready == null) {
            throw new IllegalStateException(this + " was not bound");
        }
        try {
            ready.run();
        } catch (KernelException e) {
            // A launch tells of faults of those before it, too.
            throw new KernelException(this + " or one before it failed: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "layer '" + layer + "': " + op + " (" + kernel() + ")";
    }
}
