package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TabularFeatures;

/**
 * One thread's arrays and loops for passes over a feature's values. Between two passes all counts are 0.
 *
 * <p>Of sparse blocks only the values held are passed over; the zeros that are not held are added at once.
 *
 * <p>Loops are short methods that see a few thousand keys a call, each written for one level: a fit runs them in a JVM that
 * has just started, where such methods are compiled within milliseconds, and one long loop for all levels would spend
 * most of its time waiting for the compiler.
 */
final class RadixScratch {

    /** Keys made at a time: they stay in the first-level cache. */
    static final int CHUNK = 2048;

    private static final int KEY_OF_ZERO = SortableFloat.key(0.0f);

    private static final int NUM_PREFIXES = 1 << RadixLevels.PREFIX_BITS;

    private final int[] keys = new int[CHUNK];
    private final byte[] touched = new byte[RadixLevels.width(0)];
    private int[] counts = new int[NUM_PREFIXES];
    /** For each prefix of two digits its bucket from 1, or 0. Allocated when a second pass is needed. */
    private int[] bucketByPrefix = new int[0];

    private interface KeyLoop {
        void run(int[] keys, int count);
    }

    /** @param counter which of {@link #counts} is that of a key */
    private void forEachChunk(List<TableBlock> blocks, int feature, KeyLoop loop, IntUnaryOperator counter) {
        int zeros = 0;
        for (TableBlock block : blocks) {
            TabularFeatures features = block.table();
            if (features instanceof SparseFeatures sparse) {
                int column = sparse.indexOf(feature);
                int from = column < 0 ? 0 : sparse.starts()[column];
                int to = column < 0 ? 0 : sparse.starts()[column + 1];
                forEachChunk(sparse.values(), from, to, loop);
                zeros += sparse.absent() == 0 ? block.numRows() - (to - from) : 0;
            } else {
                forEachChunk(features.column(feature), 0, block.numRows(), loop);
            }
        }
        if (zeros > 0) {
            counts[counter.applyAsInt(KEY_OF_ZERO)] += zeros;
        }
    }

    private void forEachChunk(float[] values, int begin, int end, KeyLoop loop) {
        for (int from = begin; from < end; from += CHUNK) {
            int count = Math.min(CHUNK, end - from);
            SortableFloat.keys(values, from, count, keys);
            loop.run(keys, count);
        }
    }

    /** Counts of the last pass, as its method lays them out; to be cleared by the reader. */
    int[] counts() {
        return counts;
    }

    /** Which first digits occurred in {@link #countPrefixes}; to be cleared by the reader. */
    byte[] touched() {
        return touched;
    }

    /** Counts the first two digits as one. */
    void countPrefixes(List<TableBlock> blocks, int feature) {
        forEachChunk(blocks, feature, (chunk, count) -> addPrefixes(chunk, count, counts, touched), zero -> {
            touched[zero >>> RadixLevels.FIRST_SHIFT] = 1;
            return zero >>> RadixLevels.SECOND_SHIFT;
        });
    }

    private static void addPrefixes(int[] keys, int count, int[] counts, byte[] touched) {
        for (int i = 0; i < count; i++) {
            int key = keys[i];
            counts[key >>> RadixLevels.SECOND_SHIFT]++;
            touched[key >>> RadixLevels.FIRST_SHIFT] = 1;
        }
    }

    /**
     * Counts the last two digits as one, in the given prefixes: bucket {@code b} from 1 has its counts from
     * {@code b << REST_BITS}, and bucket 0 is all other keys.
     */
    void countRests(List<TableBlock> blocks, int feature, int[] prefixes) {
        reserve((prefixes.length + 1) << RadixLevels.REST_BITS);
        open(prefixes);
        forEachChunk(
                blocks,
                feature,
                (chunk, count) -> addRests(chunk, count, bucketByPrefix, counts),
                zero -> (bucketByPrefix[zero >>> RadixLevels.SECOND_SHIFT] << RadixLevels.REST_BITS)
                        | (zero & RadixLevels.REST_MASK));
        close(prefixes);
        Arrays.fill(counts, 0, 1 << RadixLevels.REST_BITS, 0);
    }

    private static void addRests(int[] keys, int count, int[] bucketByPrefix, int[] counts) {
        for (int i = 0; i < count; i++) {
            int key = keys[i];
            // Keys of no open bucket are counted too, where nobody looks: cheaper than a branch.
            int bucket = bucketByPrefix[key >>> RadixLevels.SECOND_SHIFT];
            counts[(bucket << RadixLevels.REST_BITS) | (key & RadixLevels.REST_MASK)]++;
        }
    }

    /** As {@link #countRests}, but the third digit alone: bucket {@code b} has its counts from {@code b << THIRD_BITS}. */
    void countThird(List<TableBlock> blocks, int feature, int[] prefixes) {
        reserve((prefixes.length + 1) << RadixLevels.THIRD_BITS);
        open(prefixes);
        forEachChunk(
                blocks,
                feature,
                (chunk, count) -> addThird(chunk, count, bucketByPrefix, counts),
                zero -> (bucketByPrefix[zero >>> RadixLevels.SECOND_SHIFT] << RadixLevels.THIRD_BITS)
                        | ((zero >>> RadixLevels.THIRD_SHIFT) & RadixLevels.THIRD_MASK));
        close(prefixes);
        Arrays.fill(counts, 0, 1 << RadixLevels.THIRD_BITS, 0);
    }

    private static void addThird(int[] keys, int count, int[] bucketByPrefix, int[] counts) {
        for (int i = 0; i < count; i++) {
            int key = keys[i];
            int bucket = bucketByPrefix[key >>> RadixLevels.SECOND_SHIFT];
            counts[(bucket << RadixLevels.THIRD_BITS) | ((key >>> RadixLevels.THIRD_SHIFT) & RadixLevels.THIRD_MASK)]++;
        }
    }

    /**
     * Counts the fourth digit: bucket {@code b} from 0 has its counts from {@code (b + 1) << FOURTH_BITS}.
     *
     * @param refinedBy for each third digit of each prefix its bucket from 0, or -1
     */
    void countFourth(List<TableBlock> blocks, int feature, int[] prefixes, int[] refinedBy, int numBuckets) {
        reserve((numBuckets + 1) << RadixLevels.FOURTH_BITS);
        open(prefixes);
        forEachChunk(
                blocks,
                feature,
                (chunk, count) -> addFourth(chunk, count, bucketByPrefix, refinedBy, counts),
                zero -> fourthCounter(zero, refinedBy));
        close(prefixes);
        Arrays.fill(counts, 0, 1 << RadixLevels.FOURTH_BITS, 0);
    }

    private static void addFourth(int[] keys, int count, int[] bucketByPrefix, int[] refinedBy, int[] counts) {
        for (int i = 0; i < count; i++) {
            int key = keys[i];
            int prefix = bucketByPrefix[key >>> RadixLevels.SECOND_SHIFT] - 1;
            if (prefix >= 0) {
                int third = (key >>> RadixLevels.THIRD_SHIFT) & RadixLevels.THIRD_MASK;
                int bucket = refinedBy[(prefix << RadixLevels.THIRD_BITS) | third] + 1;
                counts[(bucket << RadixLevels.FOURTH_BITS) | (key & RadixLevels.FOURTH_MASK)]++;
            }
        }
    }

    /** One of bucket 0, where nobody looks, for a key of no open bucket. */
    private int fourthCounter(int key, int[] refinedBy) {
        int prefix = bucketByPrefix[key >>> RadixLevels.SECOND_SHIFT] - 1;
        if (prefix < 0) {
            return 0;
        }
        int third = (key >>> RadixLevels.THIRD_SHIFT) & RadixLevels.THIRD_MASK;
        int bucket = refinedBy[(prefix << RadixLevels.THIRD_BITS) | third] + 1;
        return (bucket << RadixLevels.FOURTH_BITS) | (key & RadixLevels.FOURTH_MASK);
    }

    private void reserve(int size) {
        if (counts.length < size) {
            counts = new int[size];
        }
    }

    private void open(int[] prefixes) {
        if (bucketByPrefix.length == 0) {
            bucketByPrefix = new int[NUM_PREFIXES];
        }
        for (int b = 0; b < prefixes.length; b++) {
            bucketByPrefix[prefixes[b]] = b + 1;
        }
    }

    private void close(int[] prefixes) {
        for (int prefix : prefixes) {
            bucketByPrefix[prefix] = 0;
        }
    }
}
