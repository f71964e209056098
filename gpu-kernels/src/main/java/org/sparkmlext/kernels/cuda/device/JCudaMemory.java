package org.sparkmlext.kernels.cuda.device;

import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** A GPU's memory. */
final class JCudaMemory extends StagedMemory {

    private final JCudaStreams streams;
    private final JCudaAddress address;

    JCudaMemory(Staging staging, JCudaStreams streams, JCudaAddress address) {
        super(staging);
        this.streams = streams;
        this.address = address;
    }

    @Override
    protected long rawAddress() {
        return address.raw();
    }

    @Override
    public void clear(long bytes) {
        JCudaCalls.check(
                JCudaDriver.cuMemsetD8Async(address, (byte) 0, bytes, streams.of(Lane.LAUNCHES)),
                "clearing " + bytes + " bytes");
    }

    @Override
    protected void queueIn(long at, PinnedMemory source, int from, int bytes) {
        JCudaCalls.check(
                JCudaDriver.cuMemcpyHtoDAsync(address.plus(at), host(source, from), bytes, streams.of(Lane.LAUNCHES)),
                "copying " + bytes + " bytes to the device");
    }

    @Override
    protected void queueOut(long at, PinnedMemory target, int from, int bytes, Lane lane) {
        JCudaCalls.check(
                JCudaDriver.cuMemcpyDtoHAsync(host(target, from), address.plus(at), bytes, streams.of(lane)),
                "copying " + bytes + " bytes from the device");
    }

    private static Pointer host(PinnedMemory memory, int from) {
        return ((JCudaPinned) memory).withByteOffset(from);
    }

    @Override
    public DeviceMemory from(long at) {
        return new JCudaMemory(staging(), streams, address.plus(at));
    }

    @Override
    public DeviceMemory renewed(long bytes) {
        return new JCudaMemory(staging(), streams, address);
    }

    @Override
    public void free() {
        JCudaCalls.check(JCudaDriver.cuMemFree(address), "freeing memory");
    }
}
