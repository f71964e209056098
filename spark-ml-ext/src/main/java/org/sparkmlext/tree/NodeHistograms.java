package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.SplitTask;
import org.sparkmlext.kernels.tree.TreeKernels.SubtractTask;

/**
 * Keeps the histograms of a tree's open leaves within a fixed pool, sums them over ranks and finds best splits; between
 * ranks as {@link HistogramExchange} says.
 *
 * <p>Of two children only the one with fewer rows is built; the other is the parent less that one. Where the pool is full,
 * the open leaf of the smallest gain gives its histogram up; should it be expanded later, both its children are built.
 */
final class NodeHistograms {

    /** Histograms may take this many bytes; more leaves than fit are grown all the same, see above. */
    static final long MAX_POOL_BYTES = 512L << 20;

    private static final int MIN_SLOTS = 4;

    /** Longs in one sum over ranks: bounds the copy that travels. */
    private static final int MAX_EXCHANGE = 1 << 22;

    private final TreeKernels kernels;
    private final Collective collective;
    private final BinnedRows rows;
    private final RowPartition partition;
    private final HistogramPool pool;
    private final SplitRules rules;
    private final SlotAllocator slots;
    private final HistogramExchange exchange;

    private @Nullable Buffer gradients;
    private @Nullable GradientScale scale;
    private @Nullable ColumnSampler columns;

    /** @param pool owned by the caller, as rows and partition are */
    NodeHistograms(
            TreeKernels kernels,
            Collective collective,
            BinnedRows rows,
            RowPartition partition,
            HistogramPool pool,
            SplitRules rules,
            boolean isSparse) {
        this.kernels = kernels;
        this.collective = collective;
        this.rows = rows;
        this.partition = partition;
        this.pool = pool;
        this.rules = rules;
        this.slots = new SlotAllocator(pool.numSlots());
        this.exchange = new HistogramExchange(collective, pool, isSparse);
    }

    /** Slots for a tree of these settings within so many bytes, but never less than a grower needs to go on. */
    static int numSlots(BoostingSettings settings, long totalBins, int ahead, long maxPoolBytes) {
        long wanted = mostLeaves(settings) + ahead + 1;
        long affordable = Math.max(MIN_SLOTS + ahead, maxPoolBytes / Math.max(1, slotBytes(settings, totalBins)));
        return (int) Math.min(wanted, affordable);
    }

    /** Whether these slots stay within the bytes. The same on all ranks. */
    static boolean affords(BoostingSettings settings, long totalBins, int ahead, long maxPoolBytes) {
        return numSlots(settings, totalBins, ahead, maxPoolBytes) * slotBytes(settings, totalBins) <= maxPoolBytes;
    }

    private static long slotBytes(BoostingSettings settings, long totalBins) {
        return (settings.minDataInLeaf() > 1 ? 3L : 2L) * Long.BYTES * totalBins;
    }

    private static long mostLeaves(BoostingSettings settings) {
        long byDepth =
                settings.maxDepth() < 0 || settings.maxDepth() > 20 ? Integer.MAX_VALUE : 1L << settings.maxDepth();
        long byLeaves = settings.maxLeaves() > 0 ? settings.maxLeaves() : Integer.MAX_VALUE;
        return Math.min(Math.min(byDepth, byLeaves), 1 << 20);
    }

    void startTree(Buffer newGradients, GradientScale newScale, ColumnSampler newColumns) {
        slots.releaseAll();
        gradients = newGradients;
        scale = newScale;
        columns = newColumns;
    }

    /** Builds the root's histogram and finds its best split. */
    void buildRoot(GrowingNode root) {
        root.slot = slots.take();
        build(List.of(root));
        findSplits(List.of(root));
    }

    /**
     * Builds the histograms of expanded nodes' children and finds the best splits of those that may be split. Parents give
     * up their slots.
     *
     * @param waiting open leaves that may lose their histograms when slots run out
     */
    void buildChildren(List<GrowingNode> parents, Predicate<GrowingNode> canSplit, Collection<GrowingNode> waiting) {
        // As many parents at a time as there are slots for: each needs at most two new ones.
        int at = 0;
        while (at < parents.size()) {
            makeRoom(2, parents.subList(0, at), parents.subList(at, parents.size()), waiting);
            int count = Math.max(1, Math.min(parents.size() - at, slots.numFree() / 2));
            buildSome(parents.subList(at, at + count), canSplit);
            at += count;
        }
    }

    /** @param done parents whose children are built, and which {@code waiting} need not hold */
    private void makeRoom(
            int wanted, List<GrowingNode> done, List<GrowingNode> parents, Collection<GrowingNode> waiting) {
        if (slots.numFree() >= wanted) {
            return;
        }
        List<GrowingNode> victims = new ArrayList<>(waiting.stream()
                .filter(n -> !n.isExpanded() && n.slot != GrowingNode.NO_SLOT)
                .sorted(Comparator.comparingDouble((GrowingNode n) -> n.split.gain())
                        .thenComparing(Comparator.comparingInt((GrowingNode n) -> n.index)
                                .reversed()))
                .toList());
        for (GrowingNode expanded : waiting) {
            if (expanded.isExpanded() && !parents.contains(expanded)) {
                victims.add(TreeGrower.left(expanded));
                victims.add(TreeGrower.right(expanded));
            }
        }
        for (GrowingNode parent : done) {
            victims.add(TreeGrower.left(parent));
            victims.add(TreeGrower.right(parent));
        }
        for (int p = parents.size() - 1; p > 0; p--) {
            victims.add(parents.get(p));
        }
        for (GrowingNode victim : victims) {
            if (slots.numFree() >= wanted) {
                return;
            }
            slots.release(victim);
        }
    }

    private void buildSome(List<GrowingNode> parents, Predicate<GrowingNode> canSplit) {
        List<GrowingNode> toBuild = new ArrayList<>();
        List<SubtractTask> toSubtract = new ArrayList<>();
        List<GrowingNode> toSplit = new ArrayList<>();
        for (GrowingNode parent : parents) {
            GrowingNode left = TreeGrower.left(parent);
            GrowingNode right = TreeGrower.right(parent);
            GrowingNode smaller = left.globalRows <= right.globalRows ? left : right;
            GrowingNode larger = smaller == left ? right : left;
            smaller.slot = slots.take();
            toBuild.add(smaller);
            if (parent.slot == GrowingNode.NO_SLOT) {
                larger.slot = slots.take();
                toBuild.add(larger);
            } else {
                larger.slot = parent.slot;
                parent.slot = GrowingNode.NO_SLOT;
                toSubtract.add(new SubtractTask(larger.slot, smaller.slot, larger.slot));
            }
            for (GrowingNode child : List.of(left, right)) {
                if (canSplit.test(child)) {
                    toSplit.add(child);
                }
            }
        }
        build(toBuild);
        kernels.subtract(pool, toSubtract);
        findSplits(toSplit);
        for (GrowingNode parent : parents) {
            releaseIfClosed(TreeGrower.left(parent));
            releaseIfClosed(TreeGrower.right(parent));
        }
    }

    private void releaseIfClosed(GrowingNode node) {
        if (!node.split.isSplit()) {
            release(node);
        }
    }

    void release(GrowingNode node) {
        slots.release(node);
    }

    private void build(List<GrowingNode> nodes) {
        List<HistogramTask> tasks =
                nodes.stream().map(n -> new HistogramTask(n.rows, n.slot)).toList();
        kernels.histograms(
                rows,
                Objects.requireNonNull(gradients),
                partition,
                currentScale().precision(),
                tasks,
                pool);
        if (collective.size() > 1) {
            int atOnce = Math.max(1, MAX_EXCHANGE / pool.slotLength());
            for (int at = 0; at < nodes.size(); at += atOnce) {
                exchange.sum(
                        nodes.subList(at, Math.min(nodes.size(), at + atOnce)),
                        currentScale().precision());
            }
        }
    }

    private void findSplits(List<GrowingNode> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        ColumnSampler sampler = Objects.requireNonNull(columns);
        boolean isAlone = collective.size() == 1;
        List<SplitTask> tasks = new ArrayList<>(nodes.size());
        for (GrowingNode node : nodes) {
            int[] sampled = sampler.columns(node.depth, node.path);
            tasks.add(new SplitTask(node.slot, isAlone ? sampled : exchange.ownFeatures(sampled)));
        }
        List<SplitCandidate> found = kernels.findSplits(pool, tasks, rules, currentScale());
        List<SplitCandidate> best = isAlone ? found : exchange.best(found);
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).split = best.get(i);
        }
    }

    private GradientScale currentScale() {
        return Objects.requireNonNull(scale, "startTree was not called");
    }
}
