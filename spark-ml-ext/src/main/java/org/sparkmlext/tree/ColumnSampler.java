package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.Comparator;
import org.sparkmlext.kernels.tree.RowSampling;

/**
 * Which columns a tree, a level and a node look at. Follows from seed, tree, depth and the node's path alone, so every rank
 * and every order of growing draws the same.
 */
final class ColumnSampler {

    private static final long TREE = 0x5851F42D4C957F2DL;
    private static final long LEVEL = 0x14057B7EF767814FL;
    private static final long NODE = 0x2545F4914F6CDD1DL;

    private final BoostingSettings settings;
    private final int[] treeColumns;
    private final long treeSalt;

    ColumnSampler(BoostingSettings settings, int numFeatures, int tree) {
        this.settings = settings;
        this.treeSalt = RowSampling.mix(settings.seed() * TREE + tree);
        int[] all = new int[numFeatures];
        Arrays.setAll(all, f -> f);
        this.treeColumns = sample(all, settings.colsampleByTree(), treeSalt);
    }

    /**
     * The columns of a node, ascending.
     *
     * @param path identifies the node within its tree: its way from the root
     */
    int[] columns(int depth, long path) {
        int[] ofLevel =
                sample(treeColumns, settings.colsampleByLevel(), RowSampling.mix(treeSalt ^ (LEVEL * (depth + 1))));
        return sample(ofLevel, settings.colsampleByNode(), RowSampling.mix(treeSalt ^ (NODE * (path + 1))));
    }

    private static int[] sample(int[] columns, double rate, long salt) {
        if (rate >= 1) {
            return columns;
        }
        int count = Math.max(1, (int) Math.round(rate * columns.length));
        return Arrays.stream(columns)
                .boxed()
                .sorted(Comparator.comparingLong((Integer c) -> RowSampling.mix(salt + c))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
