package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;

/**
 * Finds bin boundaries from all training rows of all ranks by exact counting, see {@link RadixCounts}.
 *
 * <p>No sampling and no sketch: counts are integers summed over ranks, so any partitioning of the same rows gives the same
 * bins. Features go in groups, which bounds the memory of the counts.
 */
final class BinFinder {

    private static final int FEATURES_PER_GROUP = 64;
    private static final int FEATURES_PER_THREAD = 4;

    private final Collective collective;
    private final HostThreads threads;
    private final int maxBins;
    private final Runnable cancelCheck;
    /** As many as threads have counted at once. */
    private final ConcurrentLinkedQueue<RadixScratch> scratches = new ConcurrentLinkedQueue<>();

    /** @param cancelCheck throws when the run was cancelled; called before every pass over a few features */
    BinFinder(Collective collective, HostThreads threads, int maxBins, Runnable cancelCheck) {
        this.cancelCheck = cancelCheck;
        this.collective = collective;
        this.threads = threads;
        this.maxBins = maxBins;
    }

    /** Per feature: a lower bound of the keys of every bin but the first, as {@link BinMapper} takes them. */
    int[][] boundaries(List<TableBlock> blocks, int numFeatures) {
        int[][] boundaries = new int[numFeatures][];
        for (int from = 0; from < numFeatures; from += FEATURES_PER_GROUP) {
            int to = Math.min(numFeatures, from + FEATURES_PER_GROUP);
            RadixCounts[] group = countGroup(blocks, from, to);
            int first = from;
            threads.forEach(to - from, i -> boundaries[first + i] = BinCuts.boundaries(group[i].buckets(), maxBins));
        }
        return boundaries;
    }

    private RadixCounts[] countGroup(List<TableBlock> blocks, int from, int to) {
        RadixCounts[] group = new RadixCounts[to - from];
        Arrays.setAll(group, i -> new RadixCounts(maxBins));
        boolean[] isOpen = new boolean[group.length];
        Arrays.fill(isOpen, true);
        boolean isAnyOpen = true;
        while (isAnyOpen) {
            countOpen(group, isOpen, blocks, from);
            sumDeepest(group, isOpen);
            // All ranks hold the same counts now, so all decide alike what to refine.
            threads.forEach(group.length, i -> isOpen[i] = isOpen[i] && group[i].refine());
            isAnyOpen = false;
            for (boolean open : isOpen) {
                isAnyOpen |= open;
            }
        }
        return group;
    }

    private void countOpen(RadixCounts[] group, boolean[] isOpen, List<TableBlock> blocks, int from) {
        int[] uncounted = IntStream.range(0, group.length)
                .filter(i -> isOpen[i] && !group[i].isCounted())
                .toArray();
        // A few features at a time, so that a cancelled run ends soon however many rows there are.
        int atOnce = FEATURES_PER_THREAD * threads.numThreads();
        for (int first = 0; first < uncounted.length; first += atOnce) {
            cancelCheck.run();
            int offset = first;
            threads.forEach(Math.min(atOnce, uncounted.length - first), i -> {
                int feature = uncounted[offset + i];
                RadixScratch scratch = scratches.poll();
                if (scratch == null) {
                    scratch = new RadixScratch();
                }
                group[feature].count(blocks, from + feature, scratch);
                scratches.add(scratch);
            });
        }
    }

    private void sumDeepest(RadixCounts[] group, boolean[] isOpen) {
        if (collective.size() == 1) {
            return;
        }
        int length = 0;
        for (int i = 0; i < group.length; i++) {
            length += isOpen[i] ? group[i].deepest().length : 0;
        }
        long[] joined = new long[length];
        int at = 0;
        for (int i = 0; i < group.length; i++) {
            if (isOpen[i]) {
                long[] counts = group[i].deepest();
                System.arraycopy(counts, 0, joined, at, counts.length);
                at += counts.length;
            }
        }
        collective.sum(joined, 0, length);
        at = 0;
        for (int i = 0; i < group.length; i++) {
            if (isOpen[i]) {
                long[] counts = group[i].deepest();
                System.arraycopy(joined, at, counts, 0, counts.length);
                at += counts.length;
            }
        }
    }
}
