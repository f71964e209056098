package org.sparkmlext.kernels.cuda.device;

import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** A GPU's memory. Arrays are copied without a detour, so a copy runs at the speed of pageable memory. */
final class JCudaMemory implements DeviceMemory {

    private final CUdeviceptr address;

    JCudaMemory(CUdeviceptr address) {
        this.address = address;
    }

    /** Where it lies, for a launch on the same device. */
    CUdeviceptr address() {
        return address;
    }

    @Override
    public void clear(long bytes) {
        JCudaCalls.check(JCudaDriver.cuMemsetD8(address, (byte) 0, bytes), "clearing " + bytes + " bytes");
    }

    @Override
    public void copyIn(long at, int[] source, int from, int count) {
        copyIn(at, Pointer.to(source), (long) from * Integer.BYTES, (long) count * Integer.BYTES);
    }

    @Override
    public void copyIn(long at, long[] source, int from, int count) {
        copyIn(at, Pointer.to(source), (long) from * Long.BYTES, (long) count * Long.BYTES);
    }

    @Override
    public void copyIn(long at, float[] source, int from, int count) {
        copyIn(at, Pointer.to(source), (long) from * Float.BYTES, (long) count * Float.BYTES);
    }

    @Override
    public void copyIn(long at, byte[] source, int from, int count) {
        copyIn(at, Pointer.to(source), from, count);
    }

    @Override
    public void copyInAddresses(List<DeviceMemory> memories) {
        CUdeviceptr[] addresses =
                memories.stream().map(memory -> ((JCudaMemory) memory).address).toArray(CUdeviceptr[]::new);
        copyIn(0, Pointer.to(addresses), 0, (long) addresses.length * Long.BYTES);
    }

    @Override
    public void copyOut(long at, int[] target, int from, int count) {
        copyOut(at, Pointer.to(target), (long) from * Integer.BYTES, (long) count * Integer.BYTES);
    }

    @Override
    public void copyOut(long at, long[] target, int from, int count) {
        copyOut(at, Pointer.to(target), (long) from * Long.BYTES, (long) count * Long.BYTES);
    }

    @Override
    public void copyOut(long at, float[] target, int from, int count) {
        copyOut(at, Pointer.to(target), (long) from * Float.BYTES, (long) count * Float.BYTES);
    }

    @Override
    public void copyOut(long at, byte[] target, int from, int count) {
        copyOut(at, Pointer.to(target), from, count);
    }

    private void copyIn(long at, Pointer source, long from, long bytes) {
        if (bytes > 0) {
            // An array of pointers takes no offset, and needs none.
            Pointer host = from == 0 ? source : source.withByteOffset(from);
            JCudaCalls.check(
                    JCudaDriver.cuMemcpyHtoD(address.withByteOffset(at), host, bytes),
                    "copying " + bytes + " bytes to the device");
        }
    }

    private void copyOut(long at, Pointer target, long from, long bytes) {
        if (bytes > 0) {
            // A copy waits for the kernels before it, and while it has the array no garbage can be collected: wait
            // without the array.
            JCudaCalls.check(JCudaDriver.cuCtxSynchronize(), "running kernels");
            JCudaCalls.check(
                    JCudaDriver.cuMemcpyDtoH(target.withByteOffset(from), address.withByteOffset(at), bytes),
                    "copying " + bytes + " bytes from the device");
        }
    }

    @Override
    public DeviceMemory from(long at) {
        return new JCudaMemory(address.withByteOffset(at));
    }

    @Override
    public void free() {
        JCudaCalls.check(JCudaDriver.cuMemFree(address), "freeing memory");
    }
}
