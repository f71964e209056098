package org.sparkmlext.kernels.cuda.device;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;

/** An opened device with what the back end adds to its driver: errors with numbers, and kernels kept once they were found. */
public final class CudaDevice implements AutoCloseable {

    private static final String TREE_REMEDY =
            "Use more workers, each with a GPU of its own, or fewer features, bins or leaves";

    private final OpenDevice driver;
    private final Map<String, DeviceKernel> kernels = new HashMap<>();
    /** What is not yet freed. A caller that failed may have lost it, and other tasks may keep the device's context alive. */
    private final Set<DeviceMemory> allocated = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean isClosed;

    /** @param driver is closed with this */
    public CudaDevice(OpenDevice driver) {
        this.driver = driver;
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
        DeviceMemory memory = driver.allocate(asked);
        if (memory == null) {
            throw new KernelException(String.format(
                    Locale.ROOT,
                    "cuda: no memory for %s on %s: %d bytes asked, %d bytes free of %d. %s.",
                    what,
                    facts().name(),
                    asked,
                    driver.freeBytes(),
                    facts().totalBytes(),
                    remedy));
        }
        allocated.add(memory);
        return memory;
    }

    /** Frees what was allocated here; does nothing where closing the device has done so. */
    public void free(DeviceMemory memory) {
        if (allocated.remove(memory)) {
            driver.enter();
            memory.free();
        }
    }

    /** A kernel without dynamic shared memory. */
    public DeviceKernel kernel(String file, String name) {
        return kernel(file, name, 0);
    }

    /** {@link OpenDevice#kernel}; a kernel always has the same shared memory. */
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        requireOpen();
        return kernels.computeIfAbsent(file + '.' + name, n -> driver.kernel(file, name, sharedBytes));
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
                allocated.forEach(DeviceMemory::free);
            } finally {
                allocated.clear();
                driver.close();
            }
        }
    }
}
