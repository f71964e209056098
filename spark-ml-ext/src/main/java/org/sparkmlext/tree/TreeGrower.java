package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;
import org.sparkmlext.training.OpenResources;

/**
 * Grows one tree after another on the same rows.
 *
 * <p>Leaf-wise: the leaf of the largest gain is split next, the older one on equal gains (Shi, 2007). Several leaves may
 * be expanded ahead in one go, to save round trips between ranks; they enter the tree in strict order all the same, so the
 * tree does not depend on how many. Depth-wise: all leaves of a level at once.
 */
final class TreeGrower implements AutoCloseable {

    /** Leaves expanded in one go, at least, where ranks must talk for each go. */
    private static final int AHEAD_BETWEEN_RANKS = 4;

    private final BoostingSettings settings;
    private final Collective collective;
    private final TreeKernels kernels;
    private final BinnedRows rows;
    private final long globalRows;
    private final RowPartition partition;
    private final NodeHistograms histograms;
    private final Runnable cancelCheck;
    /** Leaves expanded in one go, the same on all ranks, whatever their devices. */
    private final int ahead;

    private final OpenResources held = new OpenResources();

    /**
     * Collective.
     *
     * @param isSparse whether the rows are sparse, the same on all ranks
     * @param globalRows training rows of all ranks
     * @param maxHistogramBytes histograms may take so much; decides how much is computed twice, never what
     * @param cancelCheck throws when the run was cancelled; called at every split
     */
    TreeGrower(
            BoostingSettings settings,
            Collective collective,
            Backend backend,
            BinnedRows rows,
            boolean isSparse,
            long globalRows,
            long maxHistogramBytes,
            Runnable cancelCheck) {
        this.cancelCheck = cancelCheck;
        this.settings = settings;
        this.collective = collective;
        this.kernels = backend.trees();
        this.rows = rows;
        this.globalRows = globalRows;
        int asked = ahead(kernels, collective);
        // Very wide tables: a few slots are gigabytes.
        boolean affords = NodeHistograms.affords(settings, rows.layout().totalBins(), asked, maxHistogramBytes);
        ahead = affords ? asked : Math.min(asked, AHEAD_BETWEEN_RANKS);
        SplitRules rules = new SplitRules(
                settings.lambdaL2(),
                settings.lambdaL1(),
                settings.minSplitGain(),
                settings.minChildWeight(),
                settings.minDataInLeaf());
        try {
            this.partition = held.add(kernels.allocatePartition(rows.numRows()));
            HistogramPool pool = held.add(kernels.allocateHistograms(
                    rows.layout(),
                    NodeHistograms.numSlots(
                            settings,
                            rows.layout().totalBins(),
                            Math.max(ahead, AHEAD_BETWEEN_RANKS),
                            maxHistogramBytes),
                    settings.minDataInLeaf() > 1));
            this.histograms = new NodeHistograms(kernels, collective, rows, partition, pool, rules, isSparse);
        } catch (RuntimeException | Error e) {
            held.closeAfter(e);
            throw e;
        }
    }

    /**
     * Grows a tree on the given gradients; afterwards {@link #addToScores} can add it to the rows' scores.
     *
     * @param residuals what leaves move towards; null for Newton steps
     */
    Growth grow(
            Buffer gradients, GradientScale scale, ColumnSampler columns, LeafValues.@Nullable Residuals residuals) {
        partition.reset();
        histograms.startTree(gradients, scale, columns);
        GrowingNode root = new GrowingNode(0, 0, new RowRange(0, rows.numRows()), globalRows);
        List<GrowingNode> nodes = new ArrayList<>();
        enter(root, nodes);
        if (canSplitBelow(root)) {
            histograms.buildRoot(root);
        }
        if (settings.growPolicy() == GrowPolicy.LEAFWISE) {
            growLeafWise(root, nodes);
        } else {
            growDepthWise(root, nodes);
        }
        return new LeafValues(settings, collective, kernels).finish(nodes, gradients, partition, scale, residuals);
    }

    /**
     * A grown tree with its leaves' rows.
     *
     * @param tree the tree
     * @param leaves rows of each leaf on this rank
     * @param values value of each of {@code leaves}
     */
    record Growth(GrownTree tree, List<RowRange> leaves, float[] values) {}

    /** The order of the rows; in its reset state until the first tree. */
    RowPartition partition() {
        return partition;
    }

    /** Adds the leaf values to the scores of the rows that the tree was grown on. */
    void addToScores(Growth growth, Buffer scores) {
        kernels.addLeafValues(partition, growth.leaves(), growth.values(), scores);
    }

    private void growLeafWise(GrowingNode root, List<GrowingNode> nodes) {
        PriorityQueue<GrowingNode> queue = new PriorityQueue<>(
                Comparator.comparingDouble((GrowingNode n) -> -n.split.gain()).thenComparingInt(n -> n.index));
        offer(root, queue);
        int leaves = 1;
        while (!queue.isEmpty() && leaves < maxLeaves()) {
            GrowingNode best = queue.peek();
            if (!best.isExpanded()) {
                int remaining = maxLeaves() - leaves;
                expand(best(queue, Math.min(ahead, remaining)), remaining > 1, queue);
            }
            queue.remove(best);
            commit(best, nodes, queue);
            leaves++;
        }
    }

    private static int ahead(TreeKernels kernels, Collective collective) {
        long[] wanted = {kernels.nodesAtOnce()};
        if (collective.size() > 1) {
            collective.max(wanted, 0, 1);
            wanted[0] = Math.max(wanted[0], AHEAD_BETWEEN_RANKS);
        }
        return Math.toIntExact(wanted[0]);
    }

    private static List<GrowingNode> best(PriorityQueue<GrowingNode> queue, int count) {
        return queue.stream()
                .filter(n -> !n.isExpanded())
                .sorted(queue.comparator())
                .limit(count)
                .toList();
    }

    private void growDepthWise(GrowingNode root, List<GrowingNode> nodes) {
        PriorityQueue<GrowingNode> level = new PriorityQueue<>(Comparator.comparingInt((GrowingNode n) -> n.index));
        offer(root, level);
        int leaves = 1;
        while (!level.isEmpty() && leaves < maxLeaves()) {
            // Where the level does not fit into the leaves that are left, the largest gains go first.
            List<GrowingNode> parents = level.stream()
                    .sorted(Comparator.comparingDouble((GrowingNode n) -> -n.split.gain())
                            .thenComparingInt(n -> n.index))
                    .limit(maxLeaves() - leaves)
                    .sorted(Comparator.comparingInt(n -> n.index))
                    .toList();
            level.clear();
            leaves += parents.size();
            expand(parents, leaves < maxLeaves(), level);
            for (GrowingNode parent : parents) {
                commit(parent, nodes, level);
            }
        }
    }

    private int maxLeaves() {
        return settings.maxLeaves() > 0 ? settings.maxLeaves() : Integer.MAX_VALUE;
    }

    private static void enter(GrowingNode node, List<GrowingNode> nodes) {
        node.index = nodes.size();
        nodes.add(node);
    }

    private static void offer(GrowingNode node, PriorityQueue<GrowingNode> queue) {
        if (node.split.isSplit()) {
            queue.add(node);
        }
    }

    /** Makes an expanded node's children part of the tree. */
    private void commit(GrowingNode parent, List<GrowingNode> nodes, PriorityQueue<GrowingNode> queue) {
        for (GrowingNode child : new GrowingNode[] {left(parent), right(parent)}) {
            enter(child, nodes);
            offer(child, queue);
            if (!child.split.isSplit()) {
                histograms.release(child);
            }
        }
    }

    /** Divides the nodes' rows and, where the children may be split again, finds their best splits. */
    private void expand(List<GrowingNode> parents, boolean mayGoOn, PriorityQueue<GrowingNode> waiting) {
        cancelCheck.run();
        List<PartitionTask> tasks = new ArrayList<>(parents.size());
        for (GrowingNode parent : parents) {
            tasks.add(new PartitionTask(
                    parent.rows, parent.split.feature(), parent.split.bin(), parent.split.isMissingLeft()));
        }
        int[] leftRows = kernels.partition(rows, partition, tasks);
        long[] leftGlobal = new long[leftRows.length];
        for (int i = 0; i < leftRows.length; i++) {
            leftGlobal[i] = leftRows[i];
        }
        collective.sum(leftGlobal, 0, leftGlobal.length);
        List<GrowingNode> toSplit = new ArrayList<>();
        for (int i = 0; i < parents.size(); i++) {
            GrowingNode parent = parents.get(i);
            parent.expand(leftRows[i], leftGlobal[i]);
            if (mayGoOn && (canSplitBelow(left(parent)) || canSplitBelow(right(parent)))) {
                toSplit.add(parent);
            } else {
                histograms.release(parent);
            }
        }
        histograms.buildChildren(toSplit, this::canSplitBelow, waiting);
    }

    private boolean canSplitBelow(GrowingNode node) {
        boolean isShallow = settings.maxDepth() < 0 || node.depth < settings.maxDepth();
        return isShallow && node.globalRows >= 2L * settings.minDataInLeaf();
    }

    static GrowingNode left(GrowingNode parent) {
        return java.util.Objects.requireNonNull(parent.left, "node is not expanded");
    }

    static GrowingNode right(GrowingNode parent) {
        return java.util.Objects.requireNonNull(parent.right, "node is not expanded");
    }

    @Override
    public void close() {
        held.close();
    }
}
