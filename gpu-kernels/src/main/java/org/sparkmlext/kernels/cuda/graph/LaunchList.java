package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Node;

/** Launches of a program under construction, and how long what they touch must lie there. */
final class LaunchList {

    private static final int THREADS = 256;

    private final List<Launch> launches = new ArrayList<>();
    private final Set<Slot> planned;
    private String layer = "";
    private String op = "";

    /** @param planned takes all that needs a place */
    LaunchList(Set<Slot> planned) {
        this.planned = planned;
    }

    /** Launches added from now on belong to this node. */
    void begin(Node node) {
        begin(node.layer(), node.op().name());
    }

    void begin(String ofLayer, String ofOp) {
        layer = ofLayer;
        op = ofOp;
    }

    /** @param arguments see {@link Launch} */
    void add(String file, String kernel, Grid grid, @Nullable Object... arguments) {
        add(file, kernel, 0, grid, arguments);
    }

    /** @param sharedBytes dynamic shared memory of a block, always the same for a kernel */
    void add(String file, String kernel, int sharedBytes, Grid grid, @Nullable Object... arguments) {
        add(new KernelWork(file, kernel, sharedBytes, grid), arguments);
    }

    /** @param arguments see {@link Launch} */
    void add(Launch.Work work, @Nullable Object... arguments) {
        for (Object argument : arguments) {
            if (argument instanceof Slot slot) {
                slot.usedBy(launches.size());
                if (!slot.isGiven()) {
                    planned.add(slot.root());
                }
            }
        }
        launches.add(new Launch(layer, op, work, arguments));
    }

    /** A launch of a thread an element; {@code count} is the last argument. */
    void each(String file, String kernel, int count, @Nullable Object... arguments) {
        @Nullable Object[] all = new Object[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = count;
        add(file, kernel, Grid.covering(count, THREADS, THREADS), all);
    }

    /**
     * A launch of blocks that each sum up {@code count} elements: as many threads as there are elements, up to the most, a power of 2.
     */
    void sums(String file, String kernel, int blocks, long count, @Nullable Object... arguments) {
        int threads = 32;
        while (threads < THREADS && threads < count) {
            threads *= 2;
        }
        add(file, kernel, Grid.of(blocks, threads), arguments);
    }

    int size() {
        return launches.size();
    }

    List<Launch> all() {
        return launches;
    }
}
