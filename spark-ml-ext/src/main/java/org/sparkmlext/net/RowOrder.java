package org.sparkmlext.net;

import java.util.Arrays;

/** Sorts rows by hashes of their content, so that a shard of the same rows has the same order however they came together. */
final class RowOrder {

    private RowOrder() {}

    /**
     * Numbers of the rows in ascending order of their hashes. Rows of equal hashes, which are equal rows but for one chance in 2^64,
     * keep their order.
     */
    static int[] byHash(long[] hashes) {
        long[] keys = new long[hashes.length];
        for (int row = 0; row < keys.length; row++) {
            keys[row] = (hashes[row] & 0xFFFFFFFF00000000L) | row;
        }
        Arrays.sort(keys);
        int[] rows = new int[keys.length];
        for (int from = 0, to; from < keys.length; from = to) {
            to = from + 1;
            while (to < keys.length && keys[to] >>> 32 == keys[from] >>> 32) {
                to++;
            }
            for (int i = from; i < to; i++) {
                rows[i] = (int) keys[i];
            }
            if (to - from > 1) {
                sortRun(rows, from, to, hashes);
            }
        }
        return rows;
    }

    /** Rows whose upper halves are equal: few where rows differ, many where rows repeat. */
    private static void sortRun(int[] rows, int from, int to, long[] hashes) {
        Integer[] run = new Integer[to - from];
        Arrays.setAll(run, i -> rows[from + i]);
        Arrays.sort(run, (a, b) -> Long.compare(hashes[a], hashes[b]));
        for (int i = 0; i < run.length; i++) {
            rows[from + i] = run[i];
        }
    }

    /** Takes another number into a hash: the multiply and rotate of MurmurHash3 (Appleby). */
    static long mix(long hash, long value) {
        long k = Long.rotateLeft(value * 0x87C37B91114253D5L, 31) * 0x4CF5AD432745937FL;
        return Long.rotateLeft(hash ^ k, 27) * 5 + 0x52DCE729L;
    }

    /** Spreads a hash over all its bits: the finaliser of MurmurHash3. */
    static long finish(long hash) {
        long h = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }
}
