package org.sparkmlext.kernels.cuda.device;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.KernelException;

/**
 * A GPU: its primary context, which libraries like cuBLAS share, and streams of our own, one a {@link Lane}. Launches, copies in and zeros go to the
 * first, so they are done one after another; copies out too, but for those that are to leave while the device computes.
 */
public final class JCudaDevice implements OpenDevice {

    private final DeviceFacts facts;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final Map<String, JCudaModule> modules = new HashMap<>();
    private final Staging staging = new Staging(this);
    private final JCudaReclaim reclaim = new JCudaReclaim();
    private final JCudaStreams streams;
    private final JCudaArguments arguments;
    /** Null where own kernels compute all products. */
    private final @Nullable VendorProducts products;

    private JCudaDevice(DeviceFacts facts, CUdevice device, GpuProducts products) {
        this.facts = facts;
        this.device = device;
        JCudaCalls.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "opening " + facts.name());
        try {
            enter();
            streams = new JCudaStreams(reclaim);
            try {
                arguments = new JCudaArguments(reclaim);
            } catch (RuntimeException e) {
                streams.free();
                throw e;
            }
            this.products = products == GpuProducts.AUTO
                    ? new VendorProducts(facts, streams.of(Lane.LAUNCHES).raw(), reclaim::now)
                    : null;
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    /**
     * Opens a device and makes it current for this thread.
     *
     * @param ordinal counted from 0
     * @throws KernelException if it cannot be used; the message is that of {@link GpuRuntime#look}
     */
    public static JCudaDevice open(int ordinal) {
        return open(ordinal, GpuProducts.OWN);
    }

    /**
     * The same.
     *
     * @param products what computes large products
     */
    public static JCudaDevice open(int ordinal, GpuProducts products) {
        Availability availability = GpuRuntime.look(ordinal);
        if (!availability.isAvailable()) {
            throw new KernelException("cuda: device " + ordinal + " cannot be used: " + availability.reason());
        }
        JCudaCalls calls = new JCudaCalls();
        return new JCudaDevice(calls.facts(ordinal), calls.device(ordinal), products);
    }

    @Override
    public DeviceFacts facts() {
        return facts;
    }

    /** Every time: another device of this JVM may have made its own context current for the thread since, and it costs next to nothing. */
    @Override
    public void enter() {
        JCudaCalls.check(JCudaDriver.cuCtxSetCurrent(context), "choosing " + facts.name());
    }

    @Override
    public long freeBytes() {
        long[] free = new long[1];
        JCudaCalls.check(JCudaDriver.cuMemGetInfo(free, new long[1]), "asking for free memory");
        return free[0];
    }

    @Override
    public void reclaimWith(Runnable how) {
        reclaim.with(how);
    }

    @Override
    public @Nullable DeviceMemory allocate(long bytes) {
        JCudaAddress address = new JCudaAddress();
        int code = reclaim.around(() -> JCudaDriver.cuMemAlloc(address, bytes));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return null;
        }
        JCudaCalls.check(code, "allocating " + bytes + " bytes");
        return new JCudaMemory(staging, streams, address);
    }

    @Override
    public PinnedMemory pin(int bytes) {
        return new JCudaPinned(bytes, reclaim);
    }

    @Override
    public Staging staging() {
        return staging;
    }

    @Override
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        CUfunction function = modules.computeIfAbsent(file, f -> JCudaModule.load(facts, f + ".ptx", reclaim))
                .function(name, sharedBytes);
        return new JCudaKernel(name, function, sharedBytes, streams.of(Lane.LAUNCHES), arguments);
    }

    @Override
    public LaunchGraph record(Runnable launches) {
        return streams.record(launches);
    }

    @Override
    public Optional<DevicePeers> peers() {
        return Optional.of(new JCudaPeers(device, streams));
    }

    @Override
    public Optional<ProductCall> product(ProductShape shape) {
        return products == null ? Optional.empty() : products.product(shape);
    }

    @Override
    public String products() {
        return products == null ? "" : products.description();
    }

    @Override
    public DeviceEvent event() {
        return streams.event();
    }

    @Override
    public void finish() {
        streams.finish();
    }

    /** The context is given back whatever the rest says: after a fault of the GPU every other call fails. */
    @Override
    public void close() {
        try {
            if (products != null) {
                products.free();
            }
            staging.free();
            arguments.free();
            modules.values().forEach(JCudaModule::close);
            streams.free();
        } finally {
            release();
        }
    }

    private void release() {
        JCudaCalls.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "closing " + facts.name());
    }
}
