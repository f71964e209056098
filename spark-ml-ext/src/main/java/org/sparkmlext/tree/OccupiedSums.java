package org.sparkmlext.tree;

import java.util.List;
import org.sparkmlext.collective.Collective;

/** Sums over ranks of arrays most of whose cells are 0 everywhere: ranks first agree on the others, and only those travel. */
final class OccupiedSums {

    private OccupiedSums() {}

    /** Replaces each cell by its sum over ranks; lengths are the same on all ranks. Collective. */
    static void sum(Collective collective, List<long[]> arrays) {
        int numWords = 0;
        for (long[] array : arrays) {
            numWords = Math.addExact(numWords, words(array));
        }
        long[] occupied = new long[numWords];
        int word = 0;
        for (long[] array : arrays) {
            for (int i = 0; i < array.length; i++) {
                occupied[word + (i >>> 6)] |= array[i] != 0 ? 1L << i : 0;
            }
            word += words(array);
        }
        collective.or(occupied, 0, numWords);
        int length = 0;
        for (long bits : occupied) {
            length = Math.addExact(length, Long.bitCount(bits));
        }
        long[] cells = new long[length];
        move(arrays, occupied, (array, i, at) -> cells[at] = array[i]);
        collective.sum(cells, 0, length);
        move(arrays, occupied, (array, i, at) -> array[i] = cells[at]);
    }

    private interface Move {
        void cell(long[] array, int index, int at);
    }

    private static void move(List<long[]> arrays, long[] occupied, Move move) {
        int word = 0;
        int at = 0;
        for (long[] array : arrays) {
            for (int w = 0; w < words(array); w++) {
                for (long rest = occupied[word + w]; rest != 0; rest &= rest - 1) {
                    move.cell(array, (w << 6) + Long.numberOfTrailingZeros(rest), at++);
                }
            }
            word += words(array);
        }
    }

    private static int words(long[] array) {
        return (array.length + 63) >>> 6;
    }
}
