package org.sparkmlext.kernels.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.cuda.device.EmulatedProducts;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.cuda.device.PinnedMemory;
import org.sparkmlext.kernels.cuda.device.ProductCall;
import org.sparkmlext.kernels.cuda.device.ProductShape;
import org.sparkmlext.kernels.cuda.device.StagedMemory;
import org.sparkmlext.kernels.cuda.device.Staging;
import org.sparkmlext.kernels.emulated.CudaEmulator;

/**
 * A device whose memory is the process's own and whose kernels run on the CPU: everything above the driver is the code that runs
 * on a GPU. Fresh memory is not zero, and what a kernel writes behind it is noticed when it is freed. Nothing is done before it is waited
 * for, see {@link EmulatedLanes}.
 */
final class EmulatedDevice implements OpenDevice {

    /** What a block of Hopper can have. */
    static final int MUCH_SHARED_BYTES = 227 << 10;
    /** Too little for the wide histogram kernels. */
    static final int LITTLE_SHARED_BYTES = 48 << 10;

    private static final int FIRST_WITH_BFLOAT16 = 8;
    private static final long TOTAL_BYTES = 1L << 32;
    private static final int NUM_MULTIPROCESSORS = 2;
    private static final int ALIGNMENT = 16;
    private static final int GUARD_BYTES = 64;
    private static final byte POISON = (byte) 0xCD;

    private final DeviceFacts facts;
    private final EmulatedLanes lanes = new EmulatedLanes();
    private final Staging staging = new Staging(this);
    private final int mostAllocations;
    private final @Nullable EmulatedProducts products;
    private int numAllocations;
    private long usedBytes;
    private long otherBytes;
    private Runnable reclaim = () -> {};

    EmulatedDevice(int sharedBytes) {
        this(sharedBytes, Integer.MAX_VALUE);
    }

    /** @param mostAllocations the one after these finds no memory */
    EmulatedDevice(int sharedBytes, int mostAllocations) {
        this(sharedBytes, mostAllocations, NUM_MULTIPROCESSORS, 9, 0, "");
    }

    private EmulatedDevice(
            int sharedBytes, int mostAllocations, int numMultiprocessors, int major, int minor, String suffix) {
        this(sharedBytes, mostAllocations, numMultiprocessors, major, minor, suffix, false);
    }

    private EmulatedDevice(
            int sharedBytes,
            int mostAllocations,
            int numMultiprocessors,
            int major,
            int minor,
            String suffix,
            boolean hasLibraries) {
        this.mostAllocations = mostAllocations;
        facts = new DeviceFacts(
                "CUDA on the CPU" + suffix, major, minor, 13_000, TOTAL_BYTES, numMultiprocessors, sharedBytes);
        products = hasLibraries ? new EmulatedProducts(facts) : null;
    }

    /** One whose products are the libraries'. */
    static EmulatedDevice withLibraries() {
        return new EmulatedDevice(MUCH_SHARED_BYTES, Integer.MAX_VALUE, NUM_MULTIPROCESSORS, 9, 0, "", true);
    }

    /** One of some compute capability. */
    static EmulatedDevice ofCapability(int major, int minor) {
        return new EmulatedDevice(MUCH_SHARED_BYTES, Integer.MAX_VALUE, NUM_MULTIPROCESSORS, major, minor, "");
    }

    /** One of so many multiprocessors. */
    static EmulatedDevice ofMultiprocessors(int sharedBytes, int numMultiprocessors) {
        return new EmulatedDevice(sharedBytes, Integer.MAX_VALUE, numMultiprocessors, 9, 0, "");
    }

    /** One of as many as are asked for; all but the first are called by their number. */
    static EmulatedDevice numbered(int ordinal) {
        String suffix = ordinal == 0 ? "" : ", device " + ordinal;
        return new EmulatedDevice(MUCH_SHARED_BYTES, Integer.MAX_VALUE, NUM_MULTIPROCESSORS, 9, 0, suffix);
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
        return TOTAL_BYTES - otherBytes - usedBytes;
    }

    @Override
    public void reclaimWith(Runnable how) {
        reclaim = how;
    }

    @Override
    public @Nullable DeviceMemory allocate(long bytes) {
        lanes.requireNotRecording("an allocation");
        if (bytes > freeBytes()) {
            reclaim.run();
        }
        if (bytes > freeBytes() || numAllocations == mostAllocations) {
            return null;
        }
        numAllocations++;
        usedBytes += bytes;
        return new HostMemory(bytes);
    }

    @Override
    public PinnedMemory pin(int bytes) {
        lanes.requireNotRecording("pinning memory");
        return new EmulatedPinned(new Memory(bytes));
    }

    @Override
    public Staging staging() {
        return staging;
    }

    @Override
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        lanes.requireNotRecording("loading a kernel");
        if (sharedBytes > facts.sharedBytes()) {
            throw new IllegalArgumentException(name + " wants " + sharedBytes + " bytes of shared memory");
        }
        CudaEmulator kernels = CudaEmulator.of(file);
        if (kernels.hasBfloat16() && facts.major() < FIRST_WITH_BFLOAT16) {
            throw new IllegalArgumentException(facts.describe() + " cannot load " + file);
        }
        return (grid, arguments) -> {
            @Nullable
            Object[] own = Arrays.stream(arguments)
                    .map(argument -> argument instanceof HostMemory memory ? memory.address() : argument)
                    .toArray();
            CudaEmulator.Shape shape =
                    new CudaEmulator.Shape(grid.x(), grid.y(), grid.z(), grid.numThreads(), sharedBytes);
            lanes.launch(() -> kernels.launch(name, shape, own));
        };
    }

    @Override
    public LaunchGraph record(Runnable launches) {
        return lanes.record(launches);
    }

    @Override
    public Optional<ProductCall> product(ProductShape shape) {
        lanes.requireNotRecording("choosing a product");
        return products == null ? Optional.empty() : products.find(shape).map(call -> new LazyProduct(call, lanes));
    }

    @Override
    public String products() {
        return products == null ? "" : products.description();
    }

    /** A library's product that is done when it is waited for. */
    private record LazyProduct(ProductCall call, EmulatedLanes lanes) implements ProductCall {

        @Override
        public String library() {
            return call.library();
        }

        @Override
        public long scratchBytes() {
            return call.scratchBytes();
        }

        @Override
        public void run(DeviceMemory first, DeviceMemory second, DeviceMemory result, @Nullable DeviceMemory scratch) {
            lanes.launch(() -> call.run(first, second, result, scratch));
        }

        @Override
        public void free() {
            call.free();
        }
    }

    @Override
    public DeviceEvent event() {
        lanes.requireNotRecording("making an event");
        return lanes.event();
    }

    @Override
    public void finish() {
        lanes.finish();
    }

    /** As if another process had all but so much. */
    void leave(long bytes) {
        otherBytes = TOTAL_BYTES - bytes;
    }

    /** How much the launches' lane was given that is not done. */
    int undone() {
        return lanes.undone();
    }

    @Override
    public void close() {
        staging.free();
        if (products != null) {
            products.close();
        }
        if (usedBytes != 0) {
            throw new IllegalStateException(usedBytes + " bytes were not freed");
        }
    }

    private record EmulatedPinned(Memory memory) implements PinnedMemory {

        @Override
        public ByteBuffer bytes() {
            return memory.getByteBuffer(0, memory.size());
        }

        @Override
        public void free() {
            memory.close();
        }
    }

    private final class HostMemory extends StagedMemory {

        private final long size;
        private final @Nullable HostMemory parent;
        private final long start;
        private @Nullable Memory whole;

        /** A part of another, from a place on. */
        HostMemory(HostMemory parent, long start) {
            super(staging);
            size = parent.size - start;
            this.parent = parent;
            this.start = start;
        }

        HostMemory(long size) {
            this(size, new Memory(size + GUARD_BYTES + ALIGNMENT));
        }

        /** Of so many bytes of a block, which loses its content. */
        private HostMemory(long size, Memory block) {
            super(staging);
            this.size = size;
            parent = null;
            start = 0;
            block.setMemory(0, block.size(), POISON);
            whole = block;
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
        protected long rawAddress() {
            return Pointer.nativeValue(address());
        }

        @Override
        public void clear(long bytes) {
            lanes.requireNotRecording("clearing memory");
            Pointer target = bytes(0, bytes);
            lanes.queue(Lane.LAUNCHES, () -> target.setMemory(0, bytes, (byte) 0));
        }

        @Override
        protected void queueIn(long at, PinnedMemory source, int from, int bytes) {
            lanes.requireNotRecording("a copy");
            Pointer target = bytes(at, bytes);
            Memory pinned = ((EmulatedPinned) source).memory();
            lanes.queue(Lane.LAUNCHES, () -> target.write(at, pinned.getByteArray(from, bytes), 0, bytes));
        }

        @Override
        protected void queueOut(long at, PinnedMemory target, int from, int bytes, Lane lane) {
            lanes.requireNotRecording("a copy");
            Pointer source = bytes(at, bytes);
            Memory pinned = ((EmulatedPinned) target).memory();
            lanes.queue(lane, () -> pinned.write(from, source.getByteArray(at, bytes), 0, bytes));
        }

        @Override
        public DeviceMemory from(long at) {
            if (at < 0 || at > size) {
                throw new IndexOutOfBoundsException(at + " of " + size + " bytes");
            }
            return new HostMemory(this, at);
        }

        @Override
        public DeviceMemory renewed(long bytes) {
            Memory block = giveUp();
            if (bytes + GUARD_BYTES + ALIGNMENT > block.size()) {
                throw new IndexOutOfBoundsException(bytes + " bytes of a block of " + block.size());
            }
            return new HostMemory(bytes, block);
        }

        @Override
        public void free() {
            Memory block = giveUp();
            usedBytes -= block.size() - GUARD_BYTES - ALIGNMENT;
            block.close();
        }

        /** Ends the use of this, and looks whether something was written behind it. */
        private Memory giveUp() {
            lanes.requireNotRecording("freeing memory");
            lanes.finish();
            byte[] guard = bytes().getByteArray(size, GUARD_BYTES);
            Memory block = whole;
            whole = null;
            if (block == null) {
                throw new IllegalStateException("a part of memory was freed");
            }
            for (byte b : guard) {
                if (b != POISON) {
                    throw new IllegalStateException("something was written behind " + size + " bytes of memory");
                }
            }
            return block;
        }
    }
}
