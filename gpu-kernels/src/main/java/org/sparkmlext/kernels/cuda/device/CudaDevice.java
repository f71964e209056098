package org.sparkmlext.kernels.cuda.device;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;

/** An opened device with what the back end adds to its driver: errors with numbers, and kernels kept once they were found. */
public final class CudaDevice implements AutoCloseable {

    private static final String TREE_REMEDY =
            "Use more workers, each with a GPU of its own, or fewer features, bins or leaves";

    /** A kernel and the dynamic shared memory that it was found with. */
    private record Found(DeviceKernel kernel, int sharedBytes) {}

    private final OpenDevice driver;
    private final Map<String, Found> kernels = new HashMap<>();
    private final MemoryPool pool;
    /** Graphs, events and products not yet freed. A caller that failed may have lost them, and other tasks may keep the device's context alive. */
    private final Set<DeviceObject> made = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Within {@link #beside}. */
    private @Nullable DeviceEvent besideOf;

    private boolean isClosed;

    /** @param driver is closed with this */
    public CudaDevice(OpenDevice driver) {
        this.driver = driver;
        pool = new MemoryPool(driver);
    }

    public DeviceFacts facts() {
        return driver.facts();
    }

    /**
     * Allocates a zeroed buffer.
     *
     * @throws KernelException if there is not enough memory; the message gives bytes asked and bytes free
     */
    public CudaBuffer allocate(ElementType type, int length) {
        return allocate(type, length, "a buffer", TREE_REMEDY);
    }

    /**
     * Allocates a zeroed buffer.
     *
     * @param what for the message
     * @param remedy for the message: what to change where there is not enough memory
     */
    public CudaBuffer allocate(ElementType type, int length, String what, String remedy) {
        if (length < 0) {
            throw new IllegalArgumentException("buffer length is " + length + "; it must be at least 0");
        }
        long bytes = (long) length * type.sizeBytes();
        DeviceMemory memory = allocate(bytes, what, remedy);
        memory.clear(Math.max(1, bytes));
        return new CudaBuffer(this, memory, type, length);
    }

    /**
     * Allocates memory of undefined content.
     *
     * @param bytes at least 0
     * @param what for the message
     * @throws KernelException if there is not enough memory; the message gives bytes asked and bytes free
     */
    public DeviceMemory allocate(long bytes, String what) {
        return allocate(bytes, what, TREE_REMEDY);
    }

    /** The same with another remedy. */
    public DeviceMemory allocate(long bytes, String what, String remedy) {
        requireOpen();
        // None at all has an address too.
        long asked = Math.max(1, bytes);
        DeviceMemory memory = pool.lend(asked);
        if (memory == null) {
            throw new KernelException(String.format(
                    Locale.ROOT,
                    "cuda: no memory for %s on %s: %d bytes asked, %d bytes free of %d. %s.",
                    what,
                    facts().name(),
                    asked,
                    freeBytes(),
                    facts().totalBytes(),
                    remedy));
        }
        return memory;
    }

    /** Bytes that could be allocated now: those that the driver has, and those that are kept for the next who asks. */
    public long freeBytes() {
        requireOpen();
        return driver.freeBytes() + pool.idleBytes();
    }

    /** Frees what was allocated here; does nothing where closing the device has done so. */
    public void free(DeviceMemory memory) {
        if (!isClosed) {
            driver.enter();
            pool.takeBack(memory);
        }
    }

    /** {@link OpenDevice#record}; to be given to {@link #discard} at the end. */
    public LaunchGraph record(Runnable launches) {
        requireOpen();
        LaunchGraph graph = driver.record(launches);
        made.add(graph);
        return graph;
    }

    /** {@link OpenDevice#event}; to be given to {@link #discard} at the end. */
    public DeviceEvent event() {
        requireOpen();
        DeviceEvent event = driver.event();
        made.add(event);
        return event;
    }

    /** {@link OpenDevice#product}; to be given to {@link #discard} at the end. */
    public Optional<ProductCall> product(ProductShape shape) {
        requireOpen();
        Optional<ProductCall> call = driver.product(shape);
        call.ifPresent(made::add);
        return call;
    }

    /** {@link OpenDevice#products}. */
    public String products() {
        return driver.products();
    }

    /** Frees a graph, an event or a product made here; does nothing where closing the device has done so. */
    public void discard(DeviceObject object) {
        if (made.remove(object)) {
            driver.enter();
            object.free();
        }
    }

    /**
     * Copies to the host while the device computes: copies wait for what comes before an event, not for what comes behind it.
     *
     * @param copies copies out of what is complete at that event, or gives {@link Lane#SUMS} its sums ({@link #besideOf}), and does
     *     nothing else with the device
     */
    public void beside(DeviceEvent after, Runnable copies) {
        requireOpen();
        besideOf = after;
        try {
            driver.staging().beside(after, copies);
        } finally {
            besideOf = null;
        }
    }

    /** Within {@link #beside} the event up to which the device has computed what is looked at; else null: all it was given is meant. */
    public @Nullable DeviceEvent besideOf() {
        return besideOf;
    }

    /** {@link OpenDevice#peers}. */
    public Optional<DevicePeers> peers() {
        requireOpen();
        return driver.peers();
    }

    /** A kernel without dynamic shared memory. */
    public DeviceKernel kernel(String file, String name) {
        return kernel(file, name, 0);
    }

    /** {@link OpenDevice#kernel}; a kernel always has the same shared memory. */
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        requireOpen();
        Found found = kernels.computeIfAbsent(
                file + '.' + name, n -> new Found(driver.kernel(file, name, sharedBytes), sharedBytes));
        if (found.sharedBytes != sharedBytes) {
            throw new IllegalStateException(name + " of " + file + ".cu was found with " + found.sharedBytes
                    + " bytes of shared memory and is wanted with " + sharedBytes);
        }
        return found.kernel;
    }

    /** {@link OpenDevice#finish}. */
    public void finish() {
        requireOpen();
        driver.finish();
    }

    /**
     * To be called before anything is done with the device: the calling thread may be another one than last time.
     *
     * @throws IllegalStateException if it is closed
     */
    public void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the device " + facts().name() + " is closed");
        }
        driver.enter();
    }

    /** Frees what is still allocated and gives the device back. Closing twice is allowed. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            try {
                driver.enter();
                // Nothing is taken from under a launch or a copy.
                driver.finish();
                made.forEach(DeviceObject::free);
                pool.close();
            } finally {
                made.clear();
                driver.close();
            }
        }
    }
}
