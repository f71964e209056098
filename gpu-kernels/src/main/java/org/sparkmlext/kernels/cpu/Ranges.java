package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.tree.RowRange;

/** Ranges of positions cut into pieces. */
final class Ranges {

    private final List<RowRange> ranges;
    private final int pieceRows;
    private final int[] firstPiece;

    /** Work on positions {@code [begin, end)}, which belong to range number {@code range}. */
    interface Piece {
        void run(int range, int begin, int end);
    }

    Ranges(List<RowRange> ranges, int pieceRows) {
        this.ranges = ranges;
        this.pieceRows = pieceRows;
        firstPiece = new int[ranges.size() + 1];
        for (int i = 0; i < ranges.size(); i++) {
            firstPiece[i + 1] = firstPiece[i] + (ranges.get(i).numRows() + pieceRows - 1) / pieceRows;
        }
    }

    void forEachPiece(ThreadTeam team, Piece work) {
        team.forEach(firstPiece[ranges.size()], (worker, piece) -> {
            int found = Arrays.binarySearch(firstPiece, piece);
            // Where empty ranges share a first piece any of them may be found: the last of them has the rows.
            int range = found >= 0 ? found : -found - 2;
            while (firstPiece[range + 1] <= piece) {
                range++;
            }
            int begin = ranges.get(range).begin() + (piece - firstPiece[range]) * pieceRows;
            work.run(range, begin, Math.min(ranges.get(range).end(), begin + pieceRows));
        });
    }
}
