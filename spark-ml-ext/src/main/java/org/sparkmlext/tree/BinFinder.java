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

    private static final int MOST_PER_GROUP = 64;
    private static final int LEAST_PER_GROUP = 4;
    /** Features of a group times bins of a feature: more bins take more counts. */
    private static final int BINS_PER_GROUP = 16_384;

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

    /** Per feature: a lower bound of the keys of every bin but the first, as {@link BinMapper} takes them. Collective. */
    int[][] boundaries(List<TableBlock> blocks, int numFeatures) {
        int[][] boundaries = new int[numFeatures][];
        countColumns(blocks, IntStream.range(0, numFeatures).toArray(), boundaries);
        return boundaries;
    }

    /** As above and with the same result, for a table with sparse blocks: columns of few stored values go a way of their own. */
    int[][] boundaries(StoredValues values) {
        long[] counts = Arrays.stream(values.counts()).asLongStream().toArray();
        collective.sum(counts, 0, counts.length);
        int[][] boundaries = new int[counts.length][];
        new SortedColumns(collective, threads, maxBins, values, counts).find(boundaries, cancelCheck);
        int[] others = IntStream.range(0, counts.length)
                .filter(f -> counts[f] > SortedColumns.MAX_VALUES)
                .toArray();
        countColumns(values.blocks(), others, boundaries);
        return boundaries;
    }

    private void countColumns(List<TableBlock> blocks, int[] features, int[][] boundaries) {
        // The same on all ranks, whatever threads they have: they exchange a group at a time.
        int perGroup = Math.max(LEAST_PER_GROUP, Math.min(MOST_PER_GROUP, BINS_PER_GROUP / maxBins));
        for (int from = 0; from < features.length; from += perGroup) {
            int[] group = Arrays.copyOfRange(features, from, Math.min(features.length, from + perGroup));
            RadixCounts[] counts = countGroup(blocks, group);
            threads.forEach(group.length, i -> boundaries[group[i]] = BinCuts.boundaries(counts[i].buckets(), maxBins));
        }
    }

    private RadixCounts[] countGroup(List<TableBlock> blocks, int[] features) {
        RadixCounts[] group = new RadixCounts[features.length];
        Arrays.setAll(group, i -> new RadixCounts(maxBins));
        boolean[] isOpen = new boolean[group.length];
        Arrays.fill(isOpen, true);
        boolean isAnyOpen = true;
        while (isAnyOpen) {
            countOpen(group, isOpen, blocks, features);
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

    private void countOpen(RadixCounts[] group, boolean[] isOpen, List<TableBlock> blocks, int[] features) {
        int[] uncounted = IntStream.range(0, group.length)
                .filter(i -> isOpen[i] && !group[i].isCounted())
                .toArray();
        // A few features at a time, so that a cancelled run ends soon however many rows there are.
        int atOnce = FEATURES_PER_THREAD * threads.numThreads();
        for (int first = 0; first < uncounted.length; first += atOnce) {
            cancelCheck.run();
            int offset = first;
            threads.forEach(Math.min(atOnce, uncounted.length - first), i -> {
                int at = uncounted[offset + i];
                RadixScratch scratch = scratches.poll();
                if (scratch == null) {
                    scratch = new RadixScratch();
                }
                group[at].count(blocks, features[at], scratch);
                scratches.add(scratch);
            });
        }
    }

    private void sumDeepest(RadixCounts[] group, boolean[] isOpen) {
        if (collective.size() == 1) {
            return;
        }
        OccupiedSums.sum(
                collective,
                IntStream.range(0, group.length)
                        .filter(i -> isOpen[i])
                        .mapToObj(i -> group[i].deepest())
                        .toList());
    }
}
