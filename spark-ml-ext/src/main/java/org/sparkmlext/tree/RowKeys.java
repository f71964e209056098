package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.tree.RowSampling;

/**
 * Gives each row a key of its own that depends on the data alone, never on where the row lies: a hash of the row's content
 * and its occurrence number among equal rows.
 *
 * <p>Equal rows are interchangeable, so it does not matter which of them gets which number. Numbers run over ranks in rank
 * order: the ranks exchange their sorted hashes, one range of hashes at a time.
 */
final class RowKeys {

    private static final long STEP = 0x9E3779B97F4A7C15L;
    /** Hashes in one exchange, over all ranks. */
    private static final long HASHES_PER_EXCHANGE = 1 << 22;

    private final Collective collective;
    private final HostThreads threads;

    RowKeys(Collective collective, HostThreads threads) {
        this.collective = collective;
        this.threads = threads;
    }

    /** Keys of all rows of the blocks, in order. Collective. */
    long[] keys(List<TableBlock> blocks) {
        long[] hashes = hashes(blocks);
        Map<Long, Long> next = nextOccurrences(hashes);
        long[] keys = new long[hashes.length];
        for (int r = 0; r < hashes.length; r++) {
            long occurrence = 0;
            Long known = next.get(hashes[r]);
            if (known != null) {
                occurrence = known;
                next.put(hashes[r], known + 1);
            }
            keys[r] = RowSampling.mix(hashes[r] + STEP * (occurrence + 1));
        }
        return keys;
    }

    private long[] hashes(List<TableBlock> blocks) {
        int[] starts = new int[blocks.size() + 1];
        for (int b = 0; b < blocks.size(); b++) {
            starts[b + 1] = starts[b] + blocks.get(b).numRows();
        }
        long[] hashes = new long[starts[blocks.size()]];
        long allMissing = allMissing(blocks);
        threads.forEach(blocks.size(), b -> hash(blocks.get(b), allMissing, hashes, starts[b]));
        return hashes;
    }

    private static void hash(TableBlock block, long allMissing, long[] hashes, int from) {
        int n = block.numRows();
        if (block.features() instanceof SparseFeatures sparse) {
            addTerms(sparse, allMissing, n, hashes, from);
        } else {
            for (int f = 0; f < block.features().numFeatures(); f++) {
                addTerms(f, block.table().column(f), n, hashes, from);
            }
        }
        absorb(block.labels(), n, hashes, from);
        float @Nullable [] weights = block.weights();
        if (weights == null) {
            weights = new float[n];
            Arrays.fill(weights, 1f);
        }
        absorb(weights, n, hashes, from);
        float[][] baseMargins = block.baseMargins();
        if (baseMargins != null) {
            for (float[] margins : baseMargins) {
                absorb(margins, n, hashes, from);
            }
        }
    }

    /**
     * What a value of a feature adds to its row's hash: 0 for both zeros, so that a sparse row costs what it stores.
     *
     * <p>The sum over features is as good a hash as a chain: {@code f * STEP + bits} differs for any two pairs of a feature and a
     * value (multiples of this constant lie more than 2^32 apart for fewer than 2^29 features), and {@link RowSampling#mix} is a
     * bijection each of whose output bits depends on all input bits. So different rows add up different sets of numbers
     * that look drawn at random, and two such sums agree with probability 2^-64 as two random numbers do.
     */
    private static long term(int feature, float value) {
        // floatToIntBits knows one NaN; adding 0.0 turns -0.0 into 0.0, whose bits are 0.
        int bits = Float.floatToIntBits(value + 0.0f);
        return bits == 0 ? 0 : RowSampling.mix(feature * STEP + Integer.toUnsignedLong(bits));
    }

    private static void addTerms(int feature, float[] column, int n, long[] hashes, int from) {
        for (int r = 0; r < n; r++) {
            hashes[from + r] += term(feature, column[r]);
        }
    }

    /** What a row adds up whose every value is missing; 0 where no block starts from it. */
    private static long allMissing(List<TableBlock> blocks) {
        for (TableBlock block : blocks) {
            if (block.features() instanceof SparseFeatures sparse && Float.isNaN(sparse.absent())) {
                long sum = 0;
                for (int f = 0; f < sparse.numFeatures(); f++) {
                    sum += term(f, Float.NaN);
                }
                return sum;
            }
        }
        return 0;
    }

    private static void addTerms(SparseFeatures sparse, long allMissing, int n, long[] hashes, int from) {
        boolean isMissingAbsent = Float.isNaN(sparse.absent());
        if (isMissingAbsent) {
            Arrays.fill(hashes, from, from + n, allMissing);
        }
        for (int i = 0; i < sparse.columns().length; i++) {
            int feature = sparse.columns()[i];
            long absent = isMissingAbsent ? term(feature, Float.NaN) : 0;
            for (int k = sparse.starts()[i]; k < sparse.starts()[i + 1]; k++) {
                hashes[from + Short.toUnsignedInt(sparse.rows()[k])] += term(feature, sparse.values()[k]) - absent;
            }
        }
    }

    private static void absorb(float[] column, int n, long[] hashes, int from) {
        for (int r = 0; r < n; r++) {
            // floatToIntBits knows one NaN; adding 0.0 turns -0.0 into 0.0.
            int bits = Float.floatToIntBits(column[r] + 0.0f);
            hashes[from + r] = RowSampling.mix(hashes[from + r] * 31 + bits + STEP);
        }
    }

    /** For each hash that occurs more than once over all ranks: how often it occurs on lower ranks. */
    private Map<Long, Long> nextOccurrences(long[] hashes) {
        long[] sorted = hashes.clone();
        Arrays.parallelSort(sorted);
        Map<Long, Long> next = new HashMap<>();
        for (int r = 1; r < sorted.length; r++) {
            if (sorted[r] == sorted[r - 1]) {
                next.put(sorted[r], 0L);
            }
        }
        if (collective.size() > 1) {
            countOnLowerRanks(sorted, next);
        }
        return next;
    }

    private void countOnLowerRanks(long[] sorted, Map<Long, Long> next) {
        long[] total = {sorted.length};
        collective.sum(total, 0, 1);
        long exchanges = 1 + total[0] / HASHES_PER_EXCHANGE;
        long width = Long.divideUnsigned(-1L, exchanges) + 1;
        int from = 0;
        for (long e = 0; e < exchanges; e++) {
            boolean isLast = e == exchanges - 1;
            long end = Long.MIN_VALUE + width * (e + 1);
            int to = from;
            while (to < sorted.length && (isLast || sorted[to] < end)) {
                to++;
            }
            exchange(sorted, from, to, next);
            from = to;
        }
    }

    private void exchange(long[] sorted, int from, int to, Map<Long, Long> next) {
        int rank = collective.rank();
        long[] lengths = new long[collective.size()];
        lengths[rank] = to - from;
        collective.sum(lengths, 0, lengths.length);
        int[] ends = new int[lengths.length];
        int end = 0;
        for (int r = 0; r < ends.length; r++) {
            end = Math.toIntExact(end + lengths[r]);
            ends[r] = end;
        }
        long[] all = new long[end];
        System.arraycopy(sorted, from, all, ends[rank] - (to - from), to - from);
        collective.allGather(all, ends);
        int start = 0;
        for (int r = 0; r < rank; r++) {
            int mine = from;
            for (int i = start; i < ends[r]; i++) {
                while (mine < to && sorted[mine] < all[i]) {
                    mine++;
                }
                if (mine < to && sorted[mine] == all[i]) {
                    next.merge(all[i], 1L, Long::sum);
                }
            }
            start = ends[r];
        }
    }
}
