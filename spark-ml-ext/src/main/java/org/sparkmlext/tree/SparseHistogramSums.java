package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;

/**
 * Sums over ranks of histograms of sparse rows, where most bins of small nodes are empty: ranks first agree, by one bit a bin, on
 * those that any of them has, and only those travel.
 */
final class SparseHistogramSums {

    private final Collective collective;
    private final HistogramPool pool;
    /** First bin behind those of each rank's own features. */
    private final int[] binEnds;

    private long[] exchange = new long[0];

    SparseHistogramSums(Collective collective, HistogramPool pool, int[] binEnds) {
        this.collective = collective;
        this.pool = pool;
        this.binEnds = binEnds;
    }

    /** As {@link HistogramExchange#sum}. */
    void sum(List<GrowingNode> nodes, GradientScale.Precision precision) {
        int[][] bins = occupied(nodes);
        int[] segmentEnds = new int[binEnds.length];
        int[][] starts = new int[binEnds.length][nodes.size()];
        int length = 0;
        for (int rank = 0; rank < binEnds.length; rank++) {
            for (int i = 0; i < bins.length; i++) {
                starts[rank][i] = length;
                int count = end(bins[i], rank) - end(bins[i], rank - 1);
                length = Math.addExact(length, count * HistogramExchange.longsOfBin(pool, nodes.get(i), precision));
            }
            segmentEnds[rank] = length;
        }
        if (exchange.length < length) {
            exchange = new long[length];
        }
        for (int i = 0; i < bins.length; i++) {
            put(nodes.get(i), precision, bins[i], starts, i);
        }
        collective.reduceScatter(exchange, segmentEnds);
        for (int i = 0; i < bins.length; i++) {
            take(nodes.get(i), precision, bins[i], starts[collective.rank()][i]);
        }
    }

    /** Of each node the ascending bins that any rank has. */
    private int[][] occupied(List<GrowingNode> nodes) {
        int words = (pool.layout().totalBins() + 63) >>> 6;
        long[] all = new long[Math.multiplyExact(words, nodes.size())];
        long[] bits = new long[words];
        for (int i = 0; i < nodes.size(); i++) {
            Arrays.fill(bits, 0);
            pool.markOccupied(nodes.get(i).slot, bits);
            System.arraycopy(bits, 0, all, i * words, words);
        }
        collective.or(all, 0, all.length);
        int[][] bins = new int[nodes.size()][];
        for (int i = 0; i < bins.length; i++) {
            bins[i] = bins(all, i * words, words);
        }
        return bins;
    }

    private static int[] bins(long[] bits, int from, int words) {
        int count = 0;
        for (int w = 0; w < words; w++) {
            count += Long.bitCount(bits[from + w]);
        }
        int[] bins = new int[count];
        int at = 0;
        for (int w = 0; w < words; w++) {
            for (long rest = bits[from + w]; rest != 0; rest &= rest - 1) {
                bins[at++] = (w << 6) + Long.numberOfTrailingZeros(rest);
            }
        }
        return bins;
    }

    /** How many of the ascending bins are those of a rank or of one before it; 0 for rank -1. */
    private int end(int[] bins, int rank) {
        if (rank < 0) {
            return 0;
        }
        int found = Arrays.binarySearch(bins, binEnds[rank]);
        return found < 0 ? ~found : found;
    }

    private void put(GrowingNode node, GradientScale.Precision precision, int[] bins, int[][] starts, int index) {
        int width = pool.cellWidth();
        long[] cells = new long[Math.multiplyExact(bins.length, width)];
        pool.copyOut(node.slot, bins, cells, 0);
        for (int rank = 0; rank < binEnds.length; rank++) {
            int from = end(bins, rank - 1);
            int count = end(bins, rank) - from;
            if (HistogramExchange.isPacked(pool, node, precision)) {
                HistogramExchange.pack(cells, from * width, exchange, starts[rank][index], count);
            } else {
                System.arraycopy(cells, from * width, exchange, starts[rank][index], count * width);
            }
        }
    }

    private void take(GrowingNode node, GradientScale.Precision precision, int[] bins, int start) {
        int rank = collective.rank();
        int[] own = Arrays.copyOfRange(bins, end(bins, rank - 1), end(bins, rank));
        if (HistogramExchange.isPacked(pool, node, precision)) {
            long[] cells = new long[own.length * pool.cellWidth()];
            HistogramExchange.unpack(exchange, start, cells, 0, own.length);
            pool.copyIn(node.slot, own, cells, 0);
        } else {
            pool.copyIn(node.slot, own, exchange, start);
        }
    }
}
