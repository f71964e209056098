package org.sparkmlext.kernels.graph.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Gives all that is planned a place in one block of memory so that what is in use at the same time does not overlap: largest first, each
 * into the tightest gap that is free as long as it lives.
 */
public final class ArenaPlan {

    private final long alignment;
    private final List<Planned> placed = new ArrayList<>();

    private ArenaPlan(long alignment) {
        this.alignment = alignment;
    }

    /**
     * Places all.
     *
     * @param alignment of every place, in bytes
     * @return bytes of the block
     */
    public static long place(Collection<? extends Planned> all, long alignment) {
        List<Planned> open = new ArrayList<>(all);
        open.sort(Comparator.comparingLong(Planned::bytes).reversed().thenComparingInt(Planned::firstStep));
        ArenaPlan plan = new ArenaPlan(alignment);
        long total = 0;
        for (Planned one : open) {
            one.place(plan.tightestGap(one));
            plan.placed.add(one);
            total = Math.max(total, one.offset() + plan.aligned(one.bytes()));
        }
        return total;
    }

    private long tightestGap(Planned one) {
        List<Planned> beside = placed.stream()
                .filter(other -> isAliveWith(one, other))
                .sorted(Comparator.comparingLong(Planned::offset))
                .toList();
        long needed = aligned(one.bytes());
        long best = -1;
        long bestGap = Long.MAX_VALUE;
        long end = 0;
        for (Planned other : beside) {
            long gap = other.offset() - end;
            if (gap >= needed && gap < bestGap) {
                best = end;
                bestGap = gap;
            }
            end = Math.max(end, other.offset() + aligned(other.bytes()));
        }
        return best >= 0 ? best : end;
    }

    private static boolean isAliveWith(Planned a, Planned b) {
        return a.isPermanent() || b.isPermanent() || (a.firstStep() <= b.lastStep() && b.firstStep() <= a.lastStep());
    }

    private long aligned(long bytes) {
        return (bytes + alignment - 1) / alignment * alignment;
    }
}
