package org.sparkmlext.net;

import org.sparkmlext.training.GpuSums;

/** Sums by way of the host. */
class HostSumsTest extends SumsContract {

    @Override
    GpuSums gpuSums() {
        return GpuSums.HOST;
    }
}
