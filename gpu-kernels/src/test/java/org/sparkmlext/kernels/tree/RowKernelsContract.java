package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** Rows, their partition, leaf sums and score updates. */
public abstract class RowKernelsContract extends BackendContract {

    /** The kind of rows that the kernels are given. */
    protected abstract RowsKind kind();

    /** Looks into a partition: with one leaf a position, a row's score becomes its position. */
    private int[] order(RowPartition partition) {
        int n = partition.numRows();
        List<RowRange> single =
                IntStream.range(0, n).mapToObj(i -> new RowRange(i, i + 1)).toList();
        float[] positions = new float[n];
        for (int i = 0; i < n; i++) {
            positions[i] = i;
        }
        try (Buffer scores = backend.allocate(ElementType.FLOAT, n)) {
            backend.trees().addLeafValues(partition, single, positions, scores);
            float[] positionOfRow = floats(scores);
            int[] order = new int[n];
            Arrays.fill(order, -1);
            for (int r = 0; r < n; r++) {
                order[(int) positionOfRow[r]] = r;
            }
            return order;
        }
    }

    @ParameterizedTest
    @MethodSource("org.sparkmlext.kernels.tree.HistogramContract#shapes")
    void partitionEqualsTheReferenceAndIsStable(TreeData data) {
        kind().assumeHolds(data);
        List<RowRange> nodes = new ArrayList<>();
        List<PartitionTask> moves = HistogramContract.randomMoves(data, 17, nodes);
        try (BinnedRows rows = kind().of(backend, data);
                RowPartition partition = backend.trees().allocatePartition(data.numRows())) {
            int[] expected = ReferenceTreeKernels.ascending(data.numRows());
            for (PartitionTask move : moves) {
                int left = ReferenceTreeKernels.partition(data, expected, move);
                assertThat(backend.trees().partition(rows, partition, List.of(move)))
                        .containsExactly(left);
            }
            assertThat(order(partition)).isEqualTo(expected);
            assertThat(IntStream.of(expected).sorted().toArray())
                    .isEqualTo(ReferenceTreeKernels.ascending(data.numRows()));
            partition.reset();
            assertThat(order(partition)).isEqualTo(ReferenceTreeKernels.ascending(data.numRows()));
        }
    }

    /** The reference takes the square of a feature's bins. */
    static Stream<TreeData> shapesToSplit() {
        return Stream.concat(
                HistogramContract.shapes().filter(data -> data.layout().fitsBytes() && data.numRows() <= 6000),
                Stream.of(TreeData.random("a wide feature", 2000, new int[] {600, 3}, 0.05, 16)));
    }

    /** From rows to splits: parent, child and sibling of two divisions, as a grower asks for them. */
    @ParameterizedTest
    @MethodSource("shapesToSplit")
    void splitsOfNodesAndTheirSiblingsEqualTheReference(TreeData data) {
        kind().assumeHolds(data);
        int n = data.numRows();
        long[] gradients = data.randomGradients(41);
        SplitRules rules = new SplitRules(1, 0, 0, 0, 1);
        try (BinnedRows rows = kind().of(backend, data);
                RowPartition partition = backend.trees().allocatePartition(n);
                Buffer gradient = buffer(gradients);
                HistogramPool pool = backend.trees().allocateHistograms(data.layout(), 5, false)) {
            int[] order = ReferenceTreeKernels.ascending(n);
            for (Precision precision : Precision.values()) {
                partition.reset();
                int[] fresh = ReferenceTreeKernels.ascending(n);
                System.arraycopy(fresh, 0, order, 0, n);
                RowRange node = new RowRange(0, n);
                build(rows, gradient, partition, precision, node, 0, pool);
                for (int step = 0; step < 2; step++) {
                    int feature = (step + 1) % data.layout().numFeatures();
                    int bin = data.layout().numValueBins(feature) / 3;
                    PartitionTask move = new PartitionTask(node, feature, bin, step == 0);
                    int middle = node.begin() + backend.trees().partition(rows, partition, List.of(move))[0];
                    assertThat(middle).isEqualTo(node.begin() + ReferenceTreeKernels.partition(data, order, move));
                    RowRange left = new RowRange(node.begin(), middle);
                    RowRange right = new RowRange(middle, node.end());
                    boolean isLeftSmaller = left.numRows() < right.numRows();
                    RowRange child = isLeftSmaller ? left : right;
                    RowRange sibling = isLeftSmaller ? right : left;
                    build(rows, gradient, partition, precision, child, 1, pool);
                    // Into a slot of its own first, then in place.
                    backend.trees().subtract(pool, List.of(new TreeKernels.SubtractTask(0, 1, 2)));
                    check(data, gradients, order, sibling, precision, 2, pool, rules);
                    backend.trees().subtract(pool, List.of(new TreeKernels.SubtractTask(0, 1, 0)));
                    check(data, gradients, order, sibling, precision, 0, pool, rules);
                    check(data, gradients, order, child, precision, 1, pool, rules);
                    node = sibling;
                    // Looking at a slot's cells may change how it is kept, never what it holds.
                    build(rows, gradient, partition, precision, node, step, pool);
                    if (step == 1) {
                        backend.trees().subtract(pool, List.of(new TreeKernels.SubtractTask(0, 1, 3)));
                        check(data, gradients, order, new RowRange(0, 0), precision, 3, pool, rules);
                    }
                }
            }
        }
    }

    private void build(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            Precision precision,
            RowRange node,
            int slot,
            HistogramPool pool) {
        List<HistogramTask> tasks = List.of(new HistogramTask(node, slot));
        backend.trees().histograms(rows, gradients, partition, precision, tasks, pool);
    }

    private void check(
            TreeData data,
            long[] gradients,
            int[] order,
            RowRange node,
            Precision precision,
            int slot,
            HistogramPool pool,
            SplitRules rules) {
        GradientScale scale = new GradientScale(30, 30, precision);
        int[] ofNode = Arrays.copyOfRange(order, node.begin(), node.end());
        long[] expected = ReferenceTreeKernels.histogram(data, gradients, ofNode, precision, false);
        int[] all = ReferenceTreeKernels.ascending(data.layout().numFeatures());
        int[] some = IntStream.of(all).filter(f -> f % 3 != 1).toArray();
        for (int[] features : List.of(all, some)) {
            List<TreeKernels.SplitTask> tasks = List.of(new TreeKernels.SplitTask(slot, features));
            assertThat(backend.trees().findSplits(pool, tasks, rules, scale))
                    .containsExactly(
                            ReferenceTreeKernels.findSplit(data.layout(), expected, false, features, rules, scale));
        }
        if (slot != 0) {
            long[] got = new long[pool.slotLength()];
            pool.copyOut(slot, got, 0);
            assertThat(got).isEqualTo(expected);
        }
    }

    @Test
    void manyNodesArePartitionedInOneCall() {
        TreeData data = TreeData.random("mixed", 60_000, new int[] {255, 3, 40}, 0.1, 8);
        List<RowRange> nodes = List.of(
                new RowRange(100, 100),
                new RowRange(0, 40_000),
                new RowRange(40_001, 40_002),
                new RowRange(50_000, 60_000));
        List<PartitionTask> tasks = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            tasks.add(new PartitionTask(nodes.get(i), i % 3, i % 2, i % 2 == 0));
        }
        try (BinnedRows rows = kind().of(backend, data);
                RowPartition partition = backend.trees().allocatePartition(60_000)) {
            int[] expected = ReferenceTreeKernels.ascending(60_000);
            int[] left = tasks.stream()
                    .mapToInt(task -> ReferenceTreeKernels.partition(data, expected, task))
                    .toArray();
            assertThat(backend.trees().partition(rows, partition, tasks)).isEqualTo(left);
            assertThat(order(partition)).isEqualTo(expected);
            assertThat(backend.trees().partition(rows, partition, List.of())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 50_000})
    void leafSumsAndValuesEqualTheReference(int numRows) {
        TreeData data = TreeData.random("mixed", numRows, new int[] {255, 3, 40}, 0.1, 8);
        List<RowRange> leaves = new ArrayList<>();
        List<PartitionTask> moves = HistogramContract.randomMoves(data, 23, leaves);
        long[] gradients = data.randomGradients(4);
        float[] start = new float[numRows];
        SplittableRandom random = new SplittableRandom(numRows);
        for (int r = 0; r < numRows; r++) {
            start[r] = (float) random.nextDouble(-1, 1);
        }
        float[] values = new float[leaves.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        try (BinnedRows rows = kind().of(backend, data);
                Buffer gradient = buffer(gradients);
                Buffer scores = buffer(start);
                RowPartition partition = backend.trees().allocatePartition(numRows)) {
            moves.forEach(move -> backend.trees().partition(rows, partition, List.of(move)));
            int[] order = ReferenceTreeKernels.ascending(numRows);
            moves.forEach(move -> ReferenceTreeKernels.partition(data, order, move));
            long[] sums = backend.trees().leafSums(gradient, partition, leaves);
            float[] expected = start.clone();
            for (int i = 0; i < leaves.size(); i++) {
                assertThat(new long[] {sums[2 * i], sums[2 * i + 1]})
                        .isEqualTo(ReferenceTreeKernels.leafSum(gradients, order, leaves.get(i)));
                for (int at = leaves.get(i).begin(); at < leaves.get(i).end(); at++) {
                    expected[order[at]] += values[i];
                }
            }
            backend.trees().addLeafValues(partition, leaves, values, scores);
            assertThat(floats(scores)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("org.sparkmlext.kernels.tree.HistogramContract#shapes")
    void treeIsAddedAsTheReferenceWalksIt(TreeData data) {
        kind().assumeHolds(data);
        SplittableRandom random = new SplittableRandom(31);
        int inner = 15;
        int numNodes = 2 * inner + 1;
        int[] features = new int[numNodes];
        int[] bins = new int[numNodes];
        boolean[] isMissingLeft = new boolean[numNodes];
        int[] left = new int[numNodes];
        int[] right = new int[numNodes];
        float[] values = new float[numNodes];
        for (int node = 0; node < numNodes; node++) {
            boolean isLeaf = node >= inner;
            features[node] = isLeaf ? -1 : random.nextInt(data.layout().numFeatures());
            bins[node] = isLeaf ? 0 : random.nextInt(data.layout().numValueBins(features[node]));
            isMissingLeft[node] = random.nextBoolean();
            left[node] = 2 * node + 1;
            right[node] = 2 * node + 2;
            values[node] = isLeaf ? (float) random.nextDouble() : 0;
        }
        BinTree tree = new BinTree(features, bins, isMissingLeft, left, right, values);
        BinTree stump =
                new BinTree(new int[] {-1}, new int[1], new boolean[1], new int[1], new int[1], new float[] {.5f});
        try (BinnedRows rows = kind().of(backend, data);
                Buffer scores = backend.allocate(ElementType.FLOAT, data.numRows())) {
            backend.trees().addTree(rows, stump, scores);
            backend.trees().addTree(rows, tree, scores);
            float[] expected = new float[data.numRows()];
            for (int r = 0; r < expected.length; r++) {
                expected[r] = .5f + ReferenceTreeKernels.treeValue(data, tree, r);
            }
            assertThat(floats(scores)).isEqualTo(expected);
        }
    }

    @Test
    void rowsRefuseBinsThatTheLayoutDoesNotHave() {
        BinLayout layout = new BinLayout(new int[] {255, 3});
        try (DenseRows rows = backend.trees().allocateRows(layout, 4)) {
            byte[][] bad = {{0, (byte) 255, 1, 2}, {0, 3, 4, 1}};
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.copyIn(0, bad, 4))
                    .withMessageContaining("feature 1, row 2 has bin 4");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.copyIn(0, new byte[1][4], 4))
                    .withMessageContaining("1 columns");
            assertThatThrownBy(() -> rows.copyIn(1, new byte[2][4], 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> rows.copyIn(0, new byte[2][3], 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(rows.layout()).isEqualTo(layout);
            assertThat(rows.numRows()).isEqualTo(4);
        }
    }

    private static SparseBins bins(int numRows, int[] features, int[] starts, int[] rows, int[] bins) {
        short[] narrowRows = new short[rows.length];
        short[] narrowBins = new short[bins.length];
        for (int i = 0; i < rows.length; i++) {
            narrowRows[i] = (short) rows[i];
            narrowBins[i] = (short) bins[i];
        }
        return new SparseBins(numRows, features.length, features, starts, narrowRows, narrowBins);
    }

    @Test
    void sparseRowsRefuseBlocksThatDoNotFit() {
        BinLayout layout = new BinLayout(new int[] {1000, 3});
        TreeKernels trees = backend.trees();
        assertThatIllegalArgumentException().isThrownBy(() -> trees.allocateRows(layout, 4));
        int[] one = {0};
        int[] ends = {0, 2};
        try (SparseRows rows = trees.allocateSparseRows(layout, new int[] {7, 3}, new int[] {3, 2}, 4)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.append(bins(4, new int[] {1}, ends, new int[] {0, 2}, new int[] {3, 4})))
                    .withMessageContaining("feature 1, row 2 has bin 4");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.append(bins(4, one, ends, new int[] {2, 2}, new int[] {3, 4})))
                    .withMessageContaining("row 2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.append(bins(4, one, ends, new int[] {1, 4}, new int[] {3, 4})))
                    .withMessageContaining("row 4");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> rows.append(bins(4, new int[] {1, 0}, new int[] {0, 1, 2}, new int[2], new int[2])))
                    .withMessageContaining("feature 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.append(bins(5, new int[0], new int[1], new int[0], new int[0])))
                    .withMessageContaining("5 rows");
            // What was refused has left nothing behind.
            rows.append(bins(3, one, ends, new int[] {0, 2}, new int[] {1000, 7}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows.append(bins(1, one, new int[] {0, 2}, new int[] {0, 1}, new int[2])))
                    .withMessageContaining("feature 0");
            rows.append(bins(1, one, new int[] {0, 1}, new int[] {0}, new int[] {8}));
            int[] tree = {0, -1, -1};
            BinTree isUpTo7 = new BinTree(
                    tree, new int[] {7, 0, 0}, new boolean[3], new int[] {1, 0, 0}, new int[] {2, 0, 0}, new float[] {
                        0, 1, 2
                    });
            try (Buffer scores = backend.allocate(ElementType.FLOAT, 4)) {
                trees.addTree(rows, isUpTo7, scores);
                assertThat(floats(scores)).containsExactly(2, 1, 1, 2);
            }
        }
    }

    @Test
    void refusesRangesThatAreNotNodes() {
        TreeData data = TreeData.random("small", 10, new int[] {4}, 0, 1);
        try (BinnedRows rows = kind().of(backend, data);
                RowPartition partition = backend.trees().allocatePartition(10);
                Buffer gradients = buffer(new long[10]);
                Buffer scores = buffer(new float[10]);
                HistogramPool pool = backend.trees().allocateHistograms(data.layout(), 2, false)) {
            RowRange beyond = new RowRange(5, 11);
            List<RowRange> overlap = List.of(new RowRange(0, 5), new RowRange(4, 6));
            TreeKernels trees = backend.trees();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.leafSums(gradients, partition, List.of(beyond)))
                    .withMessageContaining("[5, 11)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.addLeafValues(partition, overlap, new float[2], scores))
                    .withMessageContaining("overlap");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.addLeafValues(partition, List.of(overlap.get(0)), new float[2], scores));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.partition(
                            rows,
                            partition,
                            overlap.stream()
                                    .map(range -> new PartitionTask(range, 0, 1, false))
                                    .toList()));
            List<HistogramTask> sameSlot =
                    List.of(new HistogramTask(overlap.get(0), 1), new HistogramTask(overlap.get(1), 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.histograms(rows, gradients, partition, Precision.COARSE, sameSlot, pool))
                    .withMessageContaining("slot 1");
        }
    }

    @Test
    void refusesWhatBelongsToAnotherBackendOrIsClosed() {
        TreeData data = TreeData.random("small", 10, new int[] {4}, 0, 1);
        TreeKernels trees = backend.trees();
        List<RowRange> all = List.of(new RowRange(0, 10));
        try (Backend other = open();
                BinnedRows foreignRows = kind().of(other, data);
                RowPartition foreignPartition = other.trees().allocatePartition(10);
                Buffer foreignScores = other.allocate(ElementType.FLOAT, 10);
                Buffer foreignGradients = other.allocate(ElementType.LONG, 10);
                RowPartition partition = trees.allocatePartition(10)) {
            PartitionTask task = new PartitionTask(all.get(0), 0, 1, true);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.partition(foreignRows, partition, List.of(task)))
                    .withMessageContaining("another back end");
            assertThatIllegalArgumentException().isThrownBy(() -> trees.leafSums(foreignGradients, partition, all));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.leafSums(buffer(new long[10]), foreignPartition, all));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trees.addLeafValues(partition, all, new float[1], foreignScores));
            Buffer closed = buffer(new long[10]);
            closed.close();
            assertThatThrownBy(() -> trees.leafSums(closed, partition, all)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> trees.leafSums(buffer(new float[10]), partition, all))
                    .isInstanceOfAny(IllegalStateException.class, IllegalArgumentException.class);
        }
    }
}
