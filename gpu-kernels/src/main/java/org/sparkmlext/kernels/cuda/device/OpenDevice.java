package org.sparkmlext.kernels.cuda.device;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device in use, at the level of CUDA's driver: memory, copies, launches by name. All that the back end knows of a GPU, so that
 * the same code runs on one ({@link JCudaDevice}) and, in tests, on kernels compiled for the CPU.
 *
 * <p>Driven by one thread at a time. What is given to a {@link Lane} is done one after another; nothing waits for another lane unless
 * it is told to.
 */
public interface OpenDevice extends AutoCloseable {

    DeviceFacts facts();

    /** Says that the calling thread drives the device from now on. */
    void enter();

    /** Bytes that could be allocated now. */
    long freeBytes();

    /**
     * Says how memory is got back that is kept and not in use. Done before anything is refused for lack of memory, which is then tried once
     * more.
     *
     * @param reclaim may wait for the device and free memory of it, and does nothing else with it
     */
    void reclaimWith(Runnable reclaim);

    /**
     * Memory of undefined content.
     *
     * @param bytes at least 1
     * @return null where the device has not so much, also after memory was reclaimed
     */
    @Nullable
    DeviceMemory allocate(long bytes);

    /**
     * Memory of the host that the device copies from and to.
     *
     * @throws org.sparkmlext.kernels.KernelException if the host has not so much that can be pinned
     */
    PinnedMemory pin(int bytes);

    /** What arrays of the host travel through; freed with the device. */
    Staging staging();

    /**
     * A kernel by its name in the source.
     *
     * @param file without ending, e.g. {@code tree}; loaded when it is first asked for
     * @param sharedBytes dynamic shared memory of a block, at most {@link DeviceFacts#sharedBytes()}
     * @throws org.sparkmlext.kernels.KernelException if the driver refuses the file or has no such kernel
     */
    DeviceKernel kernel(String file, String name, int sharedBytes);

    /**
     * Records launches instead of making them.
     *
     * @param launches makes them, and does nothing else with the device: no allocation, no copy, no wait, no kernel asked for
     * @throws org.sparkmlext.kernels.KernelException if the driver cannot record them, with its reason
     */
    LaunchGraph record(Runnable launches);

    /** How it adds with devices of other ranks; empty where it cannot, whatever is installed. */
    default Optional<DevicePeers> peers() {
        return Optional.empty();
    }

    /**
     * A product as a library of the vendor computes it.
     *
     * @return empty where none is wanted, none is installed or none takes that shape: other code computes it then
     * @throws org.sparkmlext.kernels.KernelException if a library is there and fails
     */
    default Optional<ProductCall> product(ProductShape shape) {
        return Optional.empty();
    }

    /** Which libraries {@link #product} has, for a log; empty where none is wanted. */
    default String products() {
        return "";
    }

    /** An event that nothing was put behind yet. */
    DeviceEvent event();

    /** Waits for all launches; what went wrong in one of them comes out here at the latest. */
    void finish();

    /** Gives the device back; what it made is freed before. Called once. */
    @Override
    void close();
}
