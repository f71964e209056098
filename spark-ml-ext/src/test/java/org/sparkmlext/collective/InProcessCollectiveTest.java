package org.sparkmlext.collective;

import java.util.List;

class InProcessCollectiveTest extends CollectiveContract {
    @Override
    protected List<? extends Collective> open(int size, CollectiveOptions options) {
        return InProcessCollective.group(size, options);
    }

    @Override
    protected float[] documentedSum(float[][] byRank, CollectiveOptions options) {
        return SerialSums.byRank(byRank);
    }
}
