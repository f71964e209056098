package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Gives every storage a place in one block of memory so that those in use at the same time do not overlap: largest first, each into
 * the tightest gap that is free as long as it lives.
 */
final class ArenaPlan {

    private ArenaPlan() {}

    /** Sets the offsets of planned storages; returns the bytes of the block. */
    static long place(Collection<Storage> storages) {
        List<Storage> open = new ArrayList<>(storages);
        open.sort(Comparator.comparingLong(Storage::bytes).reversed().thenComparingInt(Storage::firstStep));
        List<Storage> placed = new ArrayList<>();
        long total = 0;
        for (Storage storage : open) {
            storage.place(tightestGap(storage, placed));
            placed.add(storage);
            total = Math.max(total, storage.offset() + aligned(storage.bytes()));
        }
        return total;
    }

    private static long tightestGap(Storage storage, List<Storage> placed) {
        List<Storage> beside = placed.stream()
                .filter(other -> isAliveWith(storage, other))
                .sorted(Comparator.comparingLong(Storage::offset))
                .toList();
        long needed = aligned(storage.bytes());
        long best = -1;
        long bestGap = Long.MAX_VALUE;
        long end = 0;
        for (Storage other : beside) {
            long gap = other.offset() - end;
            if (gap >= needed && gap < bestGap) {
                best = end;
                bestGap = gap;
            }
            end = Math.max(end, other.offset() + aligned(other.bytes()));
        }
        return best >= 0 ? best : end;
    }

    private static boolean isAliveWith(Storage a, Storage b) {
        return a.isPermanent() || b.isPermanent() || (a.firstStep() <= b.lastStep() && b.firstStep() <= a.lastStep());
    }

    private static long aligned(long bytes) {
        return (bytes + NativeMemory.ALIGNMENT - 1) / NativeMemory.ALIGNMENT * NativeMemory.ALIGNMENT;
    }
}
