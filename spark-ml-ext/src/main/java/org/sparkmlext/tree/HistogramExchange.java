package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.SplitCandidate;

/**
 * Sums histograms over ranks by features: each rank gets the sums of a range of features of its own, searches splits there,
 * and all agree on the best. Half the traffic of sums for everybody, and each rank searches only its share (Ke et al.,
 * LightGBM's data-parallel trees, NIPS 2017).
 *
 * <p>What a slot holds of other ranks' features is undefined afterwards; subtraction carries that along, and nobody reads it.
 */
final class HistogramExchange {

    /** Rows of a node up to which coarse gradient and hessian sums fit 32 bits each, so that both travel in one long. */
    private static final long MAX_PACKED_ROWS = 65535;

    private static final int GRADIENT_SHIFT = 32;
    private static final long HESSIAN_MASK = 0xFFFFFFFFL;

    /** Longs of a candidate on its way. */
    private static final int CANDIDATE_LONGS = 6;

    private final Collective collective;
    private final HistogramPool pool;
    /** First feature behind those of each rank. */
    private final int[] featureEnds;

    private final long[] slotValues;
    private long[] exchange = new long[0];
    private final @Nullable SparseHistogramSums sparseSums;

    /** @param isSparse whether histograms are of sparse rows, the same on all ranks */
    HistogramExchange(Collective collective, HistogramPool pool, boolean isSparse) {
        this.collective = collective;
        this.pool = pool;
        featureEnds = featureEnds(pool.layout(), collective.size());
        int[] binEnds = Arrays.stream(featureEnds).map(pool.layout()::offset).toArray();
        sparseSums = isSparse ? new SparseHistogramSums(collective, pool, binEnds) : null;
        // With a single rank nothing is ever exchanged.
        slotValues = new long[isSparse || collective.size() == 1 ? 0 : pool.slotLength()];
    }

    /** Ranges of features with about the same number of bins; some are empty where there are fewer features than ranks. */
    private static int[] featureEnds(BinLayout layout, int size) {
        int[] ends = new int[size];
        int feature = 0;
        for (int rank = 0; rank < size; rank++) {
            long share = (long) layout.totalBins() * (rank + 1) / size;
            while (feature < layout.numFeatures() && layout.offset(feature + 1) <= share) {
                feature++;
            }
            ends[rank] = feature;
        }
        ends[size - 1] = layout.numFeatures();
        return ends;
    }

    /** Of ascending features, those this rank searches. */
    int[] ownFeatures(int[] features) {
        int rank = collective.rank();
        int from = rank == 0 ? 0 : featureEnds[rank - 1];
        return Arrays.stream(features)
                .filter(f -> f >= from && f < featureEnds[rank])
                .toArray();
    }

    /** Sums the nodes' histograms over ranks; afterwards a slot holds the sums of this rank's own features. Collective. */
    void sum(List<GrowingNode> nodes, GradientScale.Precision precision) {
        if (sparseSums != null) {
            sparseSums.sum(nodes, precision);
            return;
        }
        int[] segmentEnds = new int[collective.size()];
        int length = 0;
        for (int rank = 0; rank < segmentEnds.length; rank++) {
            for (GrowingNode node : nodes) {
                length = Math.addExact(length, numBins(rank) * longsOfBin(node, precision));
            }
            segmentEnds[rank] = length;
        }
        if (exchange.length < length) {
            exchange = new long[length];
        }
        put(nodes, precision);
        collective.reduceScatter(exchange, segmentEnds);
        take(nodes, precision, collective.rank() == 0 ? 0 : segmentEnds[collective.rank() - 1]);
    }

    private int firstBin(int rank) {
        return rank == 0 ? 0 : pool.layout().offset(featureEnds[rank - 1]);
    }

    private int numBins(int rank) {
        return pool.layout().offset(featureEnds[rank]) - firstBin(rank);
    }

    private int longsOfBin(GrowingNode node, GradientScale.Precision precision) {
        return longsOfBin(pool, node, precision);
    }

    private boolean isPacked(GrowingNode node, GradientScale.Precision precision) {
        return isPacked(pool, node, precision);
    }

    /** Longs of a bin of the node on its way. */
    static int longsOfBin(HistogramPool pool, GrowingNode node, GradientScale.Precision precision) {
        return isPacked(pool, node, precision) ? 1 : pool.cellWidth();
    }

    /** Whether both sums of a bin travel in one long. The same on all ranks: it follows from global numbers. */
    static boolean isPacked(HistogramPool pool, GrowingNode node, GradientScale.Precision precision) {
        return precision == GradientScale.Precision.COARSE && !pool.hasCounts() && node.globalRows <= MAX_PACKED_ROWS;
    }

    /** Rank after rank, in each node after node: what a rank is to sum lies together. */
    private void put(List<GrowingNode> nodes, GradientScale.Precision precision) {
        int[] at = new int[collective.size()];
        int start = 0;
        for (int rank = 0; rank < at.length; rank++) {
            at[rank] = start;
            for (GrowingNode node : nodes) {
                start += numBins(rank) * longsOfBin(node, precision);
            }
        }
        for (GrowingNode node : nodes) {
            pool.copyOut(node.slot, slotValues, 0);
            for (int rank = 0; rank < at.length; rank++) {
                int from = firstBin(rank) * pool.cellWidth();
                if (isPacked(node, precision)) {
                    pack(slotValues, from, exchange, at[rank], numBins(rank));
                } else {
                    System.arraycopy(slotValues, from, exchange, at[rank], numBins(rank) * pool.cellWidth());
                }
                at[rank] += numBins(rank) * longsOfBin(node, precision);
            }
        }
    }

    private void take(List<GrowingNode> nodes, GradientScale.Precision precision, int start) {
        int rank = collective.rank();
        int to = firstBin(rank) * pool.cellWidth();
        int at = start;
        for (GrowingNode node : nodes) {
            if (isPacked(node, precision)) {
                unpack(exchange, at, slotValues, to, numBins(rank));
            } else {
                System.arraycopy(exchange, at, slotValues, to, numBins(rank) * pool.cellWidth());
            }
            at += numBins(rank) * longsOfBin(node, precision);
            pool.copyIn(node.slot, slotValues, 0);
        }
    }

    static void pack(long[] cells, int from, long[] target, int to, int numBins) {
        for (int b = 0, cell = from; b < numBins; b++, cell += 2) {
            target[to + b] = (cells[cell] << GRADIENT_SHIFT) + cells[cell + 1];
        }
    }

    static void unpack(long[] source, int from, long[] cells, int to, int numBins) {
        for (int b = 0, cell = to; b < numBins; b++, cell += 2) {
            cells[cell] = source[from + b] >> GRADIENT_SHIFT;
            cells[cell + 1] = source[from + b] & HESSIAN_MASK;
        }
    }

    /**
     * The best of all ranks' candidates, node by node: ranks own ascending features, so that of equal gains the lowest rank's
     * is the one a single rank would have taken. Collective.
     */
    List<SplitCandidate> best(List<SplitCandidate> own) {
        int size = collective.size();
        int length = own.size() * CANDIDATE_LONGS;
        long[] all = new long[Math.multiplyExact(size, length)];
        int[] segmentEnds = new int[size];
        Arrays.setAll(segmentEnds, rank -> (rank + 1) * length);
        for (int i = 0; i < own.size(); i++) {
            encode(own.get(i), all, collective.rank() * length + i * CANDIDATE_LONGS);
        }
        collective.allGather(all, segmentEnds);
        List<SplitCandidate> best = new ArrayList<>(own.size());
        for (int i = 0; i < own.size(); i++) {
            SplitCandidate winner = SplitCandidate.NONE;
            for (int rank = 0; rank < size; rank++) {
                SplitCandidate candidate = decode(all, rank * length + i * CANDIDATE_LONGS);
                if (candidate.isSplit() && (!winner.isSplit() || candidate.gain() > winner.gain())) {
                    winner = candidate;
                }
            }
            best.add(winner);
        }
        return best;
    }

    private static void encode(SplitCandidate candidate, long[] target, int at) {
        target[at] = candidate.feature();
        target[at + 1] = candidate.bin();
        target[at + 2] = candidate.isMissingLeft() ? 1 : 0;
        target[at + 3] = Double.doubleToRawLongBits(candidate.gain());
        target[at + 4] = candidate.leftHessian();
        target[at + 5] = candidate.rightHessian();
    }

    private static SplitCandidate decode(long[] source, int at) {
        return new SplitCandidate(
                (int) source[at],
                (int) source[at + 1],
                source[at + 2] != 0,
                Double.longBitsToDouble(source[at + 3]),
                source[at + 4],
                source[at + 5]);
    }
}
