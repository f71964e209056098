package org.sparkmlext.kernels.cuda.graph;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.cuda.device.Communicator;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.DevicePeers;
import org.sparkmlext.kernels.graph.AdditiveSums;
import org.sparkmlext.kernels.graph.DirectSums;
import org.sparkmlext.kernels.graph.ModelMemory;

/** Opens {@link CudaSums}. */
record CudaDirectSums(CudaGraphKernels kernels, DevicePeers peers) implements DirectSums {

    @Override
    public Availability availability() {
        return peers.availability();
    }

    @Override
    public String device() {
        return peers.uuid();
    }

    @Override
    public byte[] newGroup() {
        kernels.device().requireOpen();
        return peers.newGroup();
    }

    @Override
    public AdditiveSums join(byte[] group, int rank, int size, ModelMemory memory, Runnable lookout) {
        CudaBuffer additive = kernels.own(memory.additive(), "gradients");
        Communicator communicator = peers.join(group, rank, size, lookout);
        return new CudaSums(kernels.device(), additive, communicator, lookout);
    }
}
