package org.sparkmlext.kernels.cuda.device;

import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.KernelException;

/**
 * A GPU: its primary context, which libraries like cuBLAS share. All launches go to the
 * default stream, so they run one after another and copies wait for them.
 */
public final class JCudaDevice implements OpenDevice {

    private final DeviceFacts facts;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final Map<String, JCudaModule> modules = new HashMap<>();

    private JCudaDevice(DeviceFacts facts, CUdevice device) {
        this.facts = facts;
        this.device = device;
    }

    /**
     * Opens a device and makes it current for this thread.
     *
     * @param ordinal counted from 0
     * @throws KernelException if it cannot be used; the message is that of {@link GpuRuntime#look}
     */
    public static JCudaDevice open(int ordinal) {
        Availability availability = GpuRuntime.look(ordinal);
        if (!availability.isAvailable()) {
            throw new KernelException("cuda: device " + ordinal + " cannot be used: " + availability.reason());
        }
        JCudaCalls calls = new JCudaCalls();
        JCudaDevice opened = new JCudaDevice(calls.facts(ordinal), calls.device(ordinal));
        JCudaCalls.check(
                JCudaDriver.cuDevicePrimaryCtxRetain(opened.context, opened.device), "opening device " + ordinal);
        opened.enter();
        return opened;
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
    public @Nullable DeviceMemory allocate(long bytes) {
        CUdeviceptr address = new CUdeviceptr();
        int code = JCudaDriver.cuMemAlloc(address, bytes);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return null;
        }
        JCudaCalls.check(code, "allocating " + bytes + " bytes");
        return new JCudaMemory(address);
    }

    @Override
    public DeviceKernel kernel(String file, String name, int sharedBytes) {
        return modules.computeIfAbsent(file, f -> JCudaModule.load(facts, f + ".ptx"))
                .kernel(name, sharedBytes);
    }

    @Override
    public void finish() {
        JCudaCalls.check(JCudaDriver.cuCtxSynchronize(), "running kernels");
    }

    /** The context is given back whatever modules say: after a fault of the GPU every other call fails. */
    @Override
    public void close() {
        try {
            modules.values().forEach(JCudaModule::close);
        } finally {
            JCudaCalls.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "closing " + facts.name());
        }
    }
}
