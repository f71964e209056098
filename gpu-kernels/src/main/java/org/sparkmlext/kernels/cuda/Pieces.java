package org.sparkmlext.kernels.cuda;

import java.util.List;
import org.sparkmlext.kernels.tree.RowRange;

/**
 * Ranges of positions cut into pieces, one a block of a launch.
 *
 * @param values begins of all pieces, their ends, and the numbers of their ranges, one after another
 * @param firsts the first piece of each range, and after the last one the number of all
 */
record Pieces(int[] values, int[] firsts) {

    /** @param mostRows most positions of a piece */
    static Pieces of(List<RowRange> ranges, int mostRows) {
        int[] firsts = new int[ranges.size() + 1];
        for (int r = 0; r < ranges.size(); r++) {
            firsts[r + 1] =
                    Math.addExact(firsts[r], (int) (((long) ranges.get(r).numRows() + mostRows - 1) / mostRows));
        }
        int count = firsts[ranges.size()];
        int[] values = new int[Math.multiplyExact(3, count)];
        for (int r = 0; r < ranges.size(); r++) {
            int begin = ranges.get(r).begin();
            int end = ranges.get(r).end();
            for (int piece = firsts[r]; piece < firsts[r + 1]; piece++) {
                values[piece] = begin;
                begin += Math.min(mostRows, end - begin);
                values[count + piece] = begin;
                values[2 * count + piece] = r;
            }
        }
        return new Pieces(values, firsts);
    }

    int count() {
        return firsts[firsts.length - 1];
    }
}
