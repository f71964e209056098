package org.sparkmlext.collective;

import java.io.IOException;
import java.util.List;

class TcpCollectiveTest extends CollectiveContract {
    @Override
    protected List<? extends Collective> open(int size, CollectiveOptions options) {
        try {
            return LoopbackGroup.open(size, options.withLocalSockets(false), 1);
        } catch (IOException failed) {
            throw new AssertionError("no loopback group", failed);
        }
    }

    @Override
    protected float[] documentedSum(float[][] byRank, CollectiveOptions options) {
        return LoopbackGroup.documentedSum(byRank, options);
    }
}
