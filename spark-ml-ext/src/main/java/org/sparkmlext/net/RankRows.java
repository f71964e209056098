package org.sparkmlext.net;

import java.util.List;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;

/**
 * One rank's rows and their place among those of all ranks.
 *
 * @param rows of this rank
 * @param first number of this rank's first row, ranks one after the other
 * @param total rows of all ranks
 */
record RankRows(NetworkRows rows, long first, long total) {

    /** Collective. */
    static RankRows of(List<TableBlock> blocks, NetworkInput input, Collective collective) {
        NetworkRows rows = NetworkRows.of(blocks, input);
        long[] counts = new long[collective.size()];
        counts[collective.rank()] = rows.numRows();
        collective.sum(counts, 0, counts.length);
        long first = 0;
        long total = 0;
        for (int rank = 0; rank < counts.length; rank++) {
            first += rank < collective.rank() ? counts[rank] : 0;
            total += counts[rank];
        }
        return new RankRows(rows, first, total);
    }

    /** The rows one after the other. */
    int[] inOrder() {
        return IntStream.range(0, rows.numRows()).toArray();
    }
}
