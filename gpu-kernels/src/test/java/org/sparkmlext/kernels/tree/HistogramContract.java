package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** What every histogram kernel must do, whether or not its device offers the other kernels. */
public abstract class HistogramContract {

    /**
     * One call of the kernel under test.
     *
     * @param data rows
     * @param gradients packed gradients of the rows
     * @param moves splits applied one after another to a fresh partition
     * @param nodes nodes wanted
     */
    public record HistogramCall(
            TreeData data, long[] gradients, List<PartitionTask> moves, Precision precision, List<RowRange> nodes) {

        /** The row order after the moves. */
        public int[] order() {
            int[] order = ReferenceTreeKernels.ascending(data.numRows());
            moves.forEach(move -> ReferenceTreeKernels.partition(data, order, move));
            return order;
        }
    }

    /** The kind of rows that the kernel is given. */
    protected abstract RowsKind kind();

    /** The histograms of all nodes of a call, computed in one launch. */
    protected abstract List<long[]> histograms(HistogramCall call, boolean withCounts);

    static Stream<TreeData> shapes() {
        int[] mixed = {1, 2, 255, 17, 254, 3, 100, 64, 31};
        return Stream.of(
                TreeData.random("no rows", 0, new int[] {4, 255}, 0.1, 1),
                TreeData.random("one row", 1, new int[] {1, 255, 7}, 0, 2),
                TreeData.random("one feature", 3000, new int[] {255}, 0.05, 3),
                TreeData.random("one value bin", 500, TreeData.bins(4, 1), 0.5, 4),
                TreeData.random("all missing", 700, new int[] {255, 3, 9}, 1, 5),
                TreeData.random("mixed bins", 5000, mixed, 0.1, 6),
                TreeData.random("28 features", 20_001, TreeData.bins(28, 255), 0.02, 7),
                TreeData.random("12 features", 9000, TreeData.bins(12, 40), 0, 8),
                TreeData.random("64 features", 1500, TreeData.bins(64, 16), 0.1, 9),
                TreeData.random(
                        "67 features: the last word of the second tile is not full",
                        3000,
                        TreeData.bins(67, 9),
                        0.1,
                        17),
                TreeData.random("70 features", 2000, TreeData.bins(70, 20), 0.1, 18),
                TreeData.random("300 features", 400, TreeData.bins(300, 33), 0.1, 10),
                TreeData.random("more rows than a narrow sum holds", 140_000, new int[] {2, 255}, 0.01, 11),
                TreeData.sparse("sparse", 3000, TreeData.bins(400, 60), 0.03, 12),
                TreeData.sparse("sparse and full columns", 6000, mixed, 0.2, 13),
                TreeData.sparse("sparse, many rows", 140_000, TreeData.bins(12, 255), 0.05, 14),
                TreeData.sparse("no stored bin at all", 901, new int[] {255, 3, 9}, 0, 15),
                TreeData.random("wide features", 5000, new int[] {1000, 65_535, 3, 256}, 0.05, 16));
    }

    /** Splits that leave nodes of very different sizes, some of them empty. */
    static List<PartitionTask> randomMoves(TreeData data, long seed, List<RowRange> nodes) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = ReferenceTreeKernels.ascending(data.numRows());
        List<PartitionTask> moves = new ArrayList<>();
        nodes.clear();
        nodes.add(new RowRange(0, data.numRows()));
        for (int i = 0; i < 6; i++) {
            RowRange node = nodes.remove(random.nextInt(nodes.size()));
            int feature = random.nextInt(data.layout().numFeatures());
            int bin = random.nextInt(data.layout().numValueBins(feature));
            PartitionTask move = new PartitionTask(node, feature, bin, random.nextBoolean());
            int middle = node.begin() + ReferenceTreeKernels.partition(data, order, move);
            moves.add(move);
            nodes.add(new RowRange(node.begin(), middle));
            nodes.add(new RowRange(middle, node.end()));
        }
        return moves;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void histogramsOfRootAndNodesEqualTheReference(TreeData data) {
        kind().assumeHolds(data);
        long[] gradients = data.randomGradients(99);
        List<RowRange> nodes = new ArrayList<>();
        List<PartitionTask> moves = randomMoves(data, 5, nodes);
        for (Precision precision : Precision.values()) {
            for (boolean withCounts : new boolean[] {false, true}) {
                RowRange root = new RowRange(0, data.numRows());
                check(new HistogramCall(data, gradients, List.of(), precision, List.of(root)), withCounts);
                check(new HistogramCall(data, gradients, moves, precision, nodes), withCounts);
            }
        }
    }

    private void check(HistogramCall call, boolean withCounts) {
        List<long[]> got = histograms(call, withCounts);
        int[] order = call.order();
        assertThat(got).hasSameSizeAs(call.nodes());
        for (int i = 0; i < got.size(); i++) {
            RowRange node = call.nodes().get(i);
            int[] rows = Arrays.copyOfRange(order, node.begin(), node.end());
            long[] expected =
                    ReferenceTreeKernels.histogram(call.data(), call.gradients(), rows, call.precision(), withCounts);
            assertThat(got.get(i))
                    .as("%s, %s, counts %s, node %s", call.data(), call.precision(), withCounts, node)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void largestValuesInOneBinDoNotOverflow(Precision precision) {
        int numRows = 140_000;
        TreeData data = TreeData.random("one bin", numRows, new int[] {1, 1, 255}, 0, 1);
        for (int sign : new int[] {1, -1}) {
            long[] gradients = new long[numRows];
            Arrays.fill(gradients, ((long) sign * GradientScale.MAX_FIXED << 32) | GradientScale.MAX_FIXED);
            RowRange root = new RowRange(0, numRows);
            HistogramCall call = new HistogramCall(data, gradients, List.of(), precision, List.of(root));
            check(call, true);
            check(call, false);
            long unit = precision == Precision.COARSE ? 1L << 15 : 1L << 30;
            assertThat(histograms(call, false).get(0)[0]).isEqualTo(sign * unit * numRows);
        }
    }

    @Test
    void smallestHessiansAreCountedThoughCoarseSumsAreZero() {
        TreeData data = TreeData.random("one bin", 10, new int[] {1}, 0, 1);
        long[] gradients = new long[10];
        Arrays.fill(gradients, 1);
        gradients[3] = 0;
        HistogramCall call =
                new HistogramCall(data, gradients, List.of(), Precision.COARSE, List.of(new RowRange(0, 10)));
        assertThat(histograms(call, true).get(0)).containsExactly(0, 0, 9, 0, 0, 0);
    }

    @Test
    void coarseValuesRoundHalfUp() {
        TreeData data = TreeData.random("one bin", 1, new int[] {1}, 0, 1);
        long[][] cases = {
            {(1 << 14) - 1, 1 << 13, 0, 1},
            {1 << 14, (1 << 13) - 1, 1, 0},
            {-(1 << 14), 1, 0, 0},
            {-(1 << 14) - 1, 3 << 13, -1, 2}
        };
        for (long[] c : cases) {
            long[] gradients = {(c[0] << 32) + c[1]};
            HistogramCall call =
                    new HistogramCall(data, gradients, List.of(), Precision.COARSE, List.of(new RowRange(0, 1)));
            assertThat(histograms(call, false).get(0)).containsExactly(c[2], c[3], 0, 0);
        }
    }

    @Test
    void sumsOfChildrenAreTheParents() {
        TreeData data = TreeData.random("mixed", 4000, new int[] {255, 9, 30}, 0.1, 3);
        long[] gradients = data.randomGradients(4);
        PartitionTask move = new PartitionTask(new RowRange(0, 4000), 0, 77, true);
        int[] order = ReferenceTreeKernels.ascending(4000);
        int middle = ReferenceTreeKernels.partition(data, order, move);
        List<RowRange> nodes = List.of(new RowRange(0, middle), new RowRange(middle, 4000), new RowRange(0, 4000));
        for (Precision precision : Precision.values()) {
            List<long[]> got = histograms(new HistogramCall(data, gradients, List.of(move), precision, nodes), true);
            for (int i = 0; i < got.get(2).length; i++) {
                assertThat(got.get(0)[i] + got.get(1)[i]).isEqualTo(got.get(2)[i]);
            }
        }
    }
}
