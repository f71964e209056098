package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinTree;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * Gives the leaves of a grown tree their values. A Newton step from full-precision sums over all ranks:
 * {@code value = -learningRate * T(G) / (H + lambdaL2)} with {@code T(G) = signum(G) max(0, |G| - lambdaL1)} (Chen and
 * Guestrin, KDD 2016, eq. 5). Or, for losses without curvature, {@code learningRate} times a quantile of the rows'
 * residuals, rows outside the bag included (Friedman, Annals of Statistics 29, 2001, algorithm 3); penalties have no part
 * in it.
 */
final class LeafValues {

    private final BoostingSettings settings;
    private final Collective collective;
    private final TreeKernels kernels;

    LeafValues(BoostingSettings settings, Collective collective, TreeKernels kernels) {
        this.settings = settings;
        this.collective = collective;
        this.kernels = kernels;
    }

    /** Residuals that leaves move towards. Collective. */
    interface Residuals {
        /** One a leaf. */
        float[] of(List<RowRange> leaves);
    }

    /**
     * @param nodes all nodes of the tree by index; a node is inner when its children have indices
     * @param residuals null for Newton steps
     */
    TreeGrower.Growth finish(
            List<GrowingNode> nodes,
            Buffer gradients,
            RowPartition partition,
            GradientScale scale,
            @Nullable Residuals residuals) {
        List<GrowingNode> leaves = nodes.stream().filter(n -> !isInner(n)).toList();
        List<RowRange> ranges = leaves.stream().map(n -> n.rows).toList();
        long[] sums = kernels.leafSums(gradients, partition, ranges);
        collective.sum(sums, 0, sums.length);
        long[] hessians = new long[nodes.size()];
        float[] values = new float[leaves.size()];
        float[] targets = residuals == null ? new float[0] : residuals.of(ranges);
        for (int i = 0; i < leaves.size(); i++) {
            values[i] = residuals == null
                    ? newtonStep(sums[2 * i] * scale.gradientUnit(), sums[2 * i + 1] * scale.hessianUnit())
                    : (float) (settings.learningRate() * targets[i]);
            hessians[leaves.get(i).index] = sums[2 * i + 1];
        }
        return new TreeGrower.Growth(assemble(nodes, leaves, values, hessians, scale), ranges, values);
    }

    static boolean isInner(GrowingNode node) {
        return node.left != null && node.left.index >= 0;
    }

    private float newtonStep(double gradient, double hessian) {
        double shrunk = Math.signum(gradient) * Math.max(0, Math.abs(gradient) - settings.lambdaL1());
        double denominator = hessian + settings.lambdaL2();
        return denominator > 0 ? (float) (-settings.learningRate() * shrunk / denominator) : 0f;
    }

    private static GrownTree assemble(
            List<GrowingNode> nodes, List<GrowingNode> leaves, float[] values, long[] hessians, GradientScale scale) {
        int n = nodes.size();
        int[] features = new int[n];
        int[] bins = new int[n];
        boolean[] isMissingLeft = new boolean[n];
        int[] left = new int[n];
        int[] right = new int[n];
        float[] nodeValues = new float[n];
        float[] gains = new float[n];
        float[] covers = new float[n];
        Arrays.fill(features, -1);
        Arrays.fill(left, -1);
        Arrays.fill(right, -1);
        for (int i = 0; i < leaves.size(); i++) {
            nodeValues[leaves.get(i).index] = values[i];
        }
        // Children come after their parents, so a walk from the end meets children first.
        for (int i = n - 1; i >= 0; i--) {
            GrowingNode node = nodes.get(i);
            if (isInner(node)) {
                features[i] = node.split.feature();
                bins[i] = node.split.bin();
                isMissingLeft[i] = node.split.isMissingLeft();
                left[i] = TreeGrower.left(node).index;
                right[i] = TreeGrower.right(node).index;
                gains[i] = (float) node.split.gain();
                hessians[i] = hessians[left[i]] + hessians[right[i]];
            }
            covers[i] = (float) (hessians[i] * scale.hessianUnit());
        }
        return new GrownTree(new BinTree(features, bins, isMissingLeft, left, right, nodeValues), gains, covers);
    }
}
