package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.SplitCandidate;

/** A node of the tree being grown: its rows here, its histogram's slot, its best split, its children once expanded. */
final class GrowingNode {

    /** No histogram kept for the node. */
    static final int NO_SLOT = -1;

    private static final long LEFT = 0x9E3779B97F4A7C15L;
    private static final long RIGHT = 0xD1B54A32D192ED03L;

    final int depth;
    /** The way from the root, hashed: names the node whatever the order of growing. */
    final long path;
    /** Rows of the node on this rank. */
    final RowRange rows;
    /** Rows of the node over all ranks. */
    final long globalRows;

    int slot = NO_SLOT;
    SplitCandidate split = SplitCandidate.NONE;
    /** Index in the finished tree; -1 until the node is part of it. */
    int index = -1;

    @Nullable
    GrowingNode left;

    @Nullable
    GrowingNode right;

    GrowingNode(int depth, long path, RowRange rows, long globalRows) {
        this.depth = depth;
        this.path = path;
        this.rows = rows;
        this.globalRows = globalRows;
    }

    boolean isExpanded() {
        return left != null;
    }

    /** Creates the children: the left one has the first {@code leftRows} rows here, {@code leftGlobalRows} over all ranks. */
    void expand(int leftRows, long leftGlobalRows) {
        int middle = rows.begin() + leftRows;
        left = new GrowingNode(depth + 1, path * 31 + LEFT, new RowRange(rows.begin(), middle), leftGlobalRows);
        right = new GrowingNode(
                depth + 1, path * 31 + RIGHT, new RowRange(middle, rows.end()), globalRows - leftGlobalRows);
    }
}
