package org.sparkmlext.kernels.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.emulated.CudaEmulator;

/**
 * A device whose memory is the process's own and whose kernels run on the CPU: everything above the driver is the code that runs
 * on a GPU. Fresh memory is not zero, and what a kernel writes behind it is noticed when it is freed.
 */
final class EmulatedDevice implements OpenDevice {

    /** What a block of Hopper can have. */
    static final int MUCH_SHARED_BYTES = 227 << 10;
    /** Too little for the wide histogram kernels. */
    static final int LITTLE_SHARED_BYTES = 48 << 10;

    private static final long TOTAL_BYTES = 1L << 32;
    private static final int NUM_MULTIPROCESSORS = 2;
    private static final int ALIGNMENT = 16;
    private static final int GUARD_BYTES = 64;
    private static final byte POISON = (byte) 0xCD;

    private final DeviceFacts facts;
    private final int mostAllocations;
    private int numAllocations;
    private long usedBytes;

    EmulatedDevice(int sharedBytes) {
        this(sharedBytes, Integer.MAX_VALUE);
    }

    /** @param mostAllocations the one after these finds no memory */
    EmulatedDevice(int sharedBytes, int mostAllocations) {
        this(sharedBytes, mostAllocations, 0);
    }

    private EmulatedDevice(int sharedBytes, int mostAllocations, int ordinal) {
        this.mostAllocations = mostAllocations;
        String name = "CUDA on the CPU" + (ordinal == 0 ? "" : ", device " + ordinal);
        facts = new DeviceFacts(name, 9, 0, 13_000, TOTAL_BYTES, NUM_MULTIPROCESSORS, sharedBytes);
    }

    /** One of as many as are asked for; all but the first are called by their number. */
    static EmulatedDevice numbered(int ordinal) {
        return new EmulatedDevice(MUCH_SHARED_BYTES, Integer.MAX_VALUE, ordinal);
    }

    @Override
    public DeviceFacts facts() {
        return facts;
    }

    @Override
    public void enter() {
        // Any thread may call.
    }

    @Override
    public long freeBytes() {
        return TOTAL_BYTES - usedBytes;
    }

    @Override
    public @Nullable DeviceMemory allocate(long bytes) {
        if (bytes > freeBytes() || numAllocations == mostAllocations) {
            return null;
        }
        numAllocations++;
        usedBytes += bytes;
        return new HostMemory(bytes);
    }

    @Override
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        if (sharedBytes > facts.sharedBytes()) {
            throw new IllegalArgumentException(name + " wants " + sharedBytes + " bytes of shared memory");
        }
        CudaEmulator kernels = CudaEmulator.of(file);
        return (grid, arguments) -> {
            @Nullable
            Object[] own = Arrays.stream(arguments)
                    .map(argument -> argument instanceof HostMemory memory ? memory.address() : argument)
                    .toArray();
            kernels.launch(
                    name, new CudaEmulator.Shape(grid.x(), grid.y(), grid.z(), grid.numThreads(), sharedBytes), own);
        };
    }

    @Override
    public void finish() {
        // Launches return when they are done.
    }

    @Override
    public void close() {
        if (usedBytes != 0) {
            throw new IllegalStateException(usedBytes + " bytes were not freed");
        }
    }

    private final class HostMemory implements DeviceMemory {

        private final long size;
        private final @Nullable HostMemory parent;
        private final long start;
        private @Nullable Memory whole;

        /** A part of another, from a place on. */
        HostMemory(HostMemory parent, long start) {
            size = parent.size - start;
            this.parent = parent;
            this.start = start;
        }

        HostMemory(long size) {
            this.size = size;
            parent = null;
            start = 0;
            Memory made = new Memory(size + GUARD_BYTES + ALIGNMENT);
            made.setMemory(0, made.size(), POISON);
            whole = made;
        }

        /** Aligned as a device's memory is. */
        private Memory bytes() {
            Memory present = whole;
            if (present == null) {
                throw new IllegalStateException("memory is used after it was freed");
            }
            return present.align(ALIGNMENT);
        }

        /** For a kernel. */
        Pointer address() {
            return parent == null ? bytes() : parent.address().share(start);
        }

        /** Checks a copy, since there is room behind what was asked for. */
        private Pointer bytes(long at, long count) {
            if (at < 0 || count < 0 || at + count > size) {
                throw new IndexOutOfBoundsException(count + " bytes at " + at + " of " + size);
            }
            return address();
        }

        @Override
        public void clear(long bytes) {
            bytes(0, bytes).setMemory(0, bytes, (byte) 0);
        }

        @Override
        public void copyIn(long at, int[] source, int from, int count) {
            bytes(at, 4L * count).write(at, source, from, count);
        }

        @Override
        public void copyIn(long at, long[] source, int from, int count) {
            bytes(at, 8L * count).write(at, source, from, count);
        }

        @Override
        public void copyIn(long at, float[] source, int from, int count) {
            bytes(at, 4L * count).write(at, source, from, count);
        }

        @Override
        public void copyIn(long at, byte[] source, int from, int count) {
            bytes(at, count).write(at, source, from, count);
        }

        @Override
        public void copyInAddresses(List<DeviceMemory> memories) {
            Pointer target = bytes(0, 8L * memories.size());
            for (int i = 0; i < memories.size(); i++) {
                target.setPointer(8L * i, ((HostMemory) memories.get(i)).address());
            }
        }

        @Override
        public void copyOut(long at, int[] target, int from, int count) {
            bytes(at, 4L * count).read(at, target, from, count);
        }

        @Override
        public void copyOut(long at, long[] target, int from, int count) {
            bytes(at, 8L * count).read(at, target, from, count);
        }

        @Override
        public void copyOut(long at, float[] target, int from, int count) {
            bytes(at, 4L * count).read(at, target, from, count);
        }

        @Override
        public void copyOut(long at, byte[] target, int from, int count) {
            bytes(at, count).read(at, target, from, count);
        }

        @Override
        public DeviceMemory from(long at) {
            if (at < 0 || at > size) {
                throw new IndexOutOfBoundsException(at + " of " + size + " bytes");
            }
            return new HostMemory(this, at);
        }

        @Override
        public void free() {
            byte[] guard = bytes().getByteArray(size, GUARD_BYTES);
            Memory present = whole;
            whole = null;
            usedBytes -= size;
            if (present != null) {
                present.close();
            }
            for (byte b : guard) {
                if (b != POISON) {
                    throw new IllegalStateException("something was written behind " + size + " bytes of memory");
                }
            }
        }
    }
}
