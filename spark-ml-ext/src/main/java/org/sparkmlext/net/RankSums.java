package org.sparkmlext.net;

import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;

/**
 * Adds what every rank's batch gave: takes the additive array from the device, adds it over ranks in a fixed order, and puts it back.
 * With a single rank only the few sums that the host reads leave the device.
 */
final class RankSums {

    private final Collective collective;
    private final ModelLayout layout;
    private final Buffer additive;
    private final float[] host;

    RankSums(Collective collective, ModelMemory memory) {
        this.collective = collective;
        this.layout = memory.layout();
        this.additive = memory.additive();
        this.host = new float[layout.additiveLength()];
    }

    /** @param hasRows whether this rank's program has run; else it adds nothing */
    void exchange(boolean hasRows) {
        int from = collective.size() == 1 ? layout.rowsAt() : 0;
        int count = host.length - from;
        if (hasRows) {
            additive.copyOut(from, host, from, count);
        } else {
            java.util.Arrays.fill(host, 0);
        }
        if (collective.size() > 1) {
            collective.sum(host, 0, host.length);
            additive.copyIn(0, host, 0, host.length);
        } else if (!hasRows) {
            additive.copyIn(0, host, 0, host.length);
        }
    }

    /** Rows of the batch over all ranks. */
    double rows() {
        return host[layout.rowsAt()];
    }

    /** A named sum of the batch over all ranks. */
    double sum(String name) {
        return host[layout.sumAt(name)];
    }
}
