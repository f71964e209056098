package org.sparkmlext.kernels.cuda.device;

import java.util.HexFormat;
import jcuda.driver.CUdevice;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.Availability;

/** A GPU among others, by NCCL. */
record JCudaPeers(CUdevice device, JCudaStreams streams) implements DevicePeers {

    @Override
    public Availability availability() {
        return NcclLibrary.look();
    }

    @Override
    public String uuid() {
        CUuuid uuid = new CUuuid();
        JCudaCalls.check(JCudaDriver.cuDeviceGetUuid(uuid, device), "asking for the device's number");
        return HexFormat.of().formatHex(uuid.bytes);
    }

    @Override
    public byte[] newGroup() {
        return NcclLibrary.found().newGroup();
    }

    @Override
    public Communicator join(byte[] group, int rank, int size, Runnable lookout) {
        return NcclCommunicator.join(
                NcclLibrary.found(), group, rank, size, streams.of(Lane.SUMS).raw(), lookout);
    }
}
