package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.TreeKernels.SplitTask;
import org.sparkmlext.kernels.tree.TreeKernels.SubtractTask;

/** Split search, subtraction and the pool of histograms. */
public abstract class SplitKernelsContract extends BackendContract {

    private static final SplitRules PLAIN = new SplitRules(1, 0, 0, 0, 1);
    /** Units of 1, so that sums are written down as they are. */
    private static final GradientScale UNIT = new GradientScale(0, 0, Precision.FINE);

    private SplitCandidate find(BinLayout layout, long[] histogram, SplitRules rules) {
        boolean hasCounts = histogram.length == 3 * layout.totalBins();
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 1, hasCounts)) {
            pool.copyIn(0, histogram, 0);
            int[] features = ReferenceTreeKernels.ascending(layout.numFeatures());
            List<SplitTask> tasks = List.of(new SplitTask(0, features));
            SplitCandidate found =
                    backend.trees().findSplits(pool, tasks, rules, UNIT).get(0);
            SplitCandidate expected =
                    ReferenceTreeKernels.findSplit(layout, histogram, hasCounts, features, rules, UNIT);
            assertThat(found).isEqualTo(expected);
            copyInOccupied(pool, 0, histogram);
            assertThat(backend.trees().findSplits(pool, tasks, rules, UNIT)).containsExactly(expected);
            return found;
        }
    }

    /** Gives a slot its occupied bins only. */
    private static void copyInOccupied(HistogramPool pool, int slot, long[] histogram) {
        int width = pool.cellWidth();
        int[] bins = IntStream.range(0, pool.layout().totalBins())
                .filter(b ->
                        Arrays.stream(histogram, b * width, (b + 1) * width).anyMatch(v -> v != 0))
                .toArray();
        long[] cells = new long[bins.length * width + 1];
        for (int i = 0; i < bins.length; i++) {
            System.arraycopy(histogram, bins[i] * width, cells, 1 + i * width, width);
        }
        pool.copyIn(slot, bins, cells, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void splitsOfManyNodesEqualTheReference(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] bins = new int[random.nextInt(1, 40)];
        for (int f = 0; f < bins.length; f++) {
            bins[f] = random.nextInt(4) == 0 ? random.nextInt(1, 4) : random.nextInt(1, 256);
        }
        TreeData data = TreeData.random("random", 600, bins, seed % 2 == 0 ? 0 : 0.2, seed);
        boolean hasCounts = seed % 3 == 0;
        SplitRules rules =
                new SplitRules(seed % 4, seed % 5 == 0 ? 0.3 : 0, seed % 2 * 0.01, seed % 3 * 0.5, hasCounts ? 5 : 1);
        // Few distinct values make equal gains, where the tie rules decide.
        long[] gradients = seed < 5 ? data.randomGradients(seed) : tiedGradients(600, random);
        for (Precision precision : Precision.values()) {
            GradientScale scale = new GradientScale(30, 30, precision);
            checkNodes(data, gradients, hasCounts, rules, scale, random);
        }
    }

    @Test
    void featuresThatAreNotListedAreNotRead() {
        TreeData data = TreeData.random("random", 400, new int[] {7, 200, 31, 3, 90}, 0.1, 12);
        int[] rows = ReferenceTreeKernels.ascending(400);
        long[] histogram = ReferenceTreeKernels.histogram(data, data.randomGradients(3), rows, Precision.FINE, false);
        BinLayout layout = data.layout();
        int[] listed = {1, 3};
        SplitCandidate expected = ReferenceTreeKernels.findSplit(layout, histogram, false, listed, PLAIN, UNIT);
        for (int f : new int[] {0, 2, 4}) {
            Arrays.fill(histogram, 2 * layout.offset(f), 2 * layout.offset(f + 1), 1L << 40);
        }
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 1, false)) {
            pool.copyIn(0, histogram, 0);
            List<SplitTask> tasks = List.of(new SplitTask(0, listed), new SplitTask(0, new int[0]));
            assertThat(backend.trees().findSplits(pool, tasks, PLAIN, UNIT))
                    .containsExactly(expected, SplitCandidate.NONE);
        }
        assertThat(expected.isSplit()).isTrue();
    }

    @Test
    void countsOfOnePoolDoNotReachTheNext() {
        BinLayout layout = new BinLayout(new int[] {2});
        long[] counted = {-50, 40, 40, 50, 40, 40, 0, 0, 0};
        long[] uncounted = {-50, 40, 50, 40, 0, 0};
        assertThat(find(layout, counted, new SplitRules(1, 0, 0, 0, 5)).isSplit())
                .isTrue();
        assertThat(find(layout, uncounted, PLAIN).isSplit()).isTrue();
    }

    private static long[] tiedGradients(int numRows, SplittableRandom random) {
        long[] gradients = new long[numRows];
        for (int r = 0; r < numRows; r++) {
            gradients[r] = ((long) (random.nextBoolean() ? 1 : -1) << 60) | 1 << 28;
        }
        return gradients;
    }

    private void checkNodes(
            TreeData data,
            long[] gradients,
            boolean hasCounts,
            SplitRules rules,
            GradientScale scale,
            SplittableRandom random) {
        try (HistogramPool pool = backend.trees().allocateHistograms(data.layout(), 5, hasCounts)) {
            List<SplitTask> tasks = new ArrayList<>();
            List<SplitCandidate> expected = new ArrayList<>();
            for (int slot = 0; slot < 5; slot++) {
                int nodeRows = new int[] {600, 300, 40, 1, 0}[slot];
                int[] rows = random.ints(nodeRows, 0, 600).toArray();
                long[] histogram = ReferenceTreeKernels.histogram(data, gradients, rows, scale.precision(), hasCounts);
                pool.copyIn(slot, histogram, 0);
                int[] features = IntStream.range(0, data.layout().numFeatures())
                        .filter(f -> random.nextInt(3) > 0)
                        .toArray();
                tasks.add(new SplitTask(slot, features));
                expected.add(
                        ReferenceTreeKernels.findSplit(data.layout(), histogram, hasCounts, features, rules, scale));
            }
            assertThat(backend.trees().findSplits(pool, tasks, rules, scale)).isEqualTo(expected);
            for (int slot = 0; slot < 5; slot++) {
                long[] histogram = new long[pool.slotLength()];
                pool.copyOut(slot, histogram, 0);
                copyInOccupied(pool, slot, histogram);
            }
            assertThat(backend.trees().findSplits(pool, tasks, rules, scale)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void slotsAreTheSameHoweverTheyCameAbout(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BinLayout layout = new BinLayout(TreeData.bins(30, 40));
        boolean hasCounts = seed % 2 == 0;
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 4, hasCounts)) {
            int width = pool.cellWidth();
            // A node's children: the one of few occupied bins or of many, given as a whole or by its occupied bins.
            long[] parent = new long[pool.slotLength()];
            long[] child = new long[pool.slotLength()];
            for (int bin = 0; bin < layout.totalBins(); bin++) {
                boolean isParents = random.nextInt(seed < 3 ? 10 : 2) == 0;
                boolean isChilds = isParents && random.nextInt(3) == 0;
                for (int k = 0; k < width; k++) {
                    parent[bin * width + k] = isParents ? random.nextInt(-9, 10) : 0;
                    child[bin * width + k] = isChilds ? parent[bin * width + k] - random.nextInt(2) : 0;
                }
            }
            long[] sibling = new long[pool.slotLength()];
            Arrays.setAll(sibling, i -> parent[i] - child[i]);
            for (int way = 0; way < 8; way++) {
                put(pool, 1, parent, (way & 1) != 0);
                put(pool, 2, child, (way & 2) != 0);
                int to = (way & 4) != 0 ? 1 : 3;
                backend.trees().subtract(pool, List.of(new SubtractTask(1, 2, to)));
                long[] got = new long[pool.slotLength()];
                int[] some = IntStream.range(0, layout.totalBins())
                        .filter(b -> b % 3 != 1)
                        .toArray();
                long[] ofSome = new long[some.length * width];
                pool.copyOut(to, some, ofSome, 0);
                long[] bits = new long[(layout.totalBins() + 63) / 64];
                pool.markOccupied(to, bits);
                pool.copyOut(to, got, 0);
                assertThat(got).isEqualTo(sibling);
                for (int i = 0; i < ofSome.length; i++) {
                    assertThat(ofSome[i]).isEqualTo(sibling[some[i / width] * width + i % width]);
                }
                for (int i = 0; i < sibling.length; i++) {
                    assertThat(sibling[i] == 0 || (bits[i / width / 64] >>> (i / width) & 1) == 1)
                            .isTrue();
                }
            }
        }
    }

    private static void put(HistogramPool pool, int slot, long[] histogram, boolean isByOccupied) {
        if (isByOccupied) {
            copyInOccupied(pool, slot, histogram);
        } else {
            pool.copyIn(slot, histogram, 0);
        }
    }

    @Test
    void gainFollowsTheFormula() {
        BinLayout layout = new BinLayout(new int[] {2});
        SplitCandidate split = find(layout, new long[] {-3, 2, 3, 2, 0, 0}, PLAIN);
        assertThat(split.gain()).isEqualTo(9.0 / 3 + 9.0 / 3, within(0.0));
        assertThat(split).isEqualTo(new SplitCandidate(0, 0, true, 6, 2, 2));
    }

    @Test
    void l1PenaltyShrinksSums() {
        BinLayout layout = new BinLayout(new int[] {2});
        long[] histogram = {-3, 2, 3, 2, 0, 0};
        assertThat(find(layout, histogram, new SplitRules(1, 1, 0, 0, 1)).gain())
                .isEqualTo(8.0 / 3, within(1e-12));
        assertThat(find(layout, histogram, new SplitRules(1, 3, 0, 0, 1))).isEqualTo(SplitCandidate.NONE);
    }

    @Test
    void gainMustExceedTheMinimum() {
        BinLayout layout = new BinLayout(new int[] {2});
        long[] histogram = {-3, 2, 3, 2, 0, 0};
        assertThat(find(layout, histogram, new SplitRules(1, 0, 6, 0, 1)).isSplit())
                .isFalse();
        assertThat(find(layout, histogram, new SplitRules(1, 0, Math.nextDown(6.0), 0, 1))
                        .isSplit())
                .isTrue();
    }

    @Test
    void childrenMustWeighEnough() {
        BinLayout layout = new BinLayout(new int[] {3});
        long[] histogram = {-9, 1, 0, 4, 9, 5, 0, 0};
        assertThat(find(layout, histogram, PLAIN).bin()).isEqualTo(0);
        assertThat(find(layout, histogram, new SplitRules(1, 0, 0, 5, 1)).bin()).isEqualTo(1);
        assertThat(find(layout, histogram, new SplitRules(1, 0, 0, 5.5, 1)).isSplit())
                .isFalse();
        long[] lopsided = {-9, 1, 9, 9, 0, 0, 0, 0};
        assertThat(find(layout, lopsided, new SplitRules(1, 0, 0, 2, 1)).isSplit())
                .isFalse();
    }

    @Test
    void childrenMustHaveEnoughRows() {
        BinLayout layout = new BinLayout(new int[] {2});
        long[] histogram = {-3, 2, 4, 3, 2, 3, 0, 0, 0};
        assertThat(find(layout, histogram, new SplitRules(1, 0, 0, 0, 3)).isSplit())
                .isTrue();
        assertThat(find(layout, histogram, new SplitRules(1, 0, 0, 0, 4)).isSplit())
                .isFalse();
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 1, false)) {
            List<SplitTask> tasks = List.of(new SplitTask(0, new int[] {0}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees().findSplits(pool, tasks, new SplitRules(1, 0, 0, 0, 2), UNIT))
                    .withMessageContaining("minDataInLeaf is 2");
        }
    }

    @Test
    void equalGainsGoToSmallerFeatureThenSmallerBinThenMissingRight() {
        BinLayout layout = new BinLayout(new int[] {3, 3});
        // Bin 1 is empty, so bins 0 and 1 divide alike; both features are the same.
        long[] histogram = {-3, 2, 0, 0, 3, 2, 0, 0, -3, 2, 0, 0, 3, 2, 0, 0};
        assertThat(find(layout, histogram, PLAIN)).isEqualTo(new SplitCandidate(0, 0, true, 6, 2, 2));
        // The missing rows gain as much on either side.
        long[] symmetric = {-3, 2, 3, 2, 0, 2};
        SplitCandidate split = find(new BinLayout(new int[] {2}), symmetric, PLAIN);
        assertThat(split.isMissingLeft()).isFalse();
        assertThat(split.rightHessian()).isEqualTo(4);
    }

    @Test
    void missingValuesGoWhereTheyGain() {
        BinLayout layout = new BinLayout(new int[] {2});
        SplitCandidate left = find(layout, new long[] {-3, 2, 3, 2, -5, 1}, PLAIN);
        assertThat(left).isEqualTo(new SplitCandidate(0, 0, true, left.gain(), 3, 2));
        SplitCandidate right = find(layout, new long[] {-3, 2, 3, 2, 5, 1}, PLAIN);
        assertThat(right).isEqualTo(new SplitCandidate(0, 0, false, right.gain(), 2, 3));
    }

    @Test
    void lastBinSeparatesPresentFromMissing() {
        BinLayout layout = new BinLayout(new int[] {1});
        SplitCandidate split = find(layout, new long[] {-3, 2, 3, 5}, PLAIN);
        assertThat(split).isEqualTo(new SplitCandidate(0, 0, false, split.gain(), 2, 5));
    }

    @Test
    void withoutMissingValuesTheHeavierSideGetsThem() {
        BinLayout layout = new BinLayout(new int[] {2});
        assertThat(find(layout, new long[] {-3, 2, 3, 3, 0, 0}, PLAIN).isMissingLeft())
                .isFalse();
        assertThat(find(layout, new long[] {-3, 3, 3, 2, 0, 0}, PLAIN).isMissingLeft())
                .isTrue();
    }

    @Test
    void zeroDenominatorCountsAsNoGain() {
        BinLayout layout = new BinLayout(new int[] {2});
        assertThat(find(layout, new long[] {-3, 0, 3, 2, 0, 0}, new SplitRules(0, 0, 0, 0, 1))
                        .isSplit())
                .isFalse();
        assertThat(find(layout, new long[6], new SplitRules(0, 0, 0, 0, 1)).isSplit())
                .isFalse();
    }

    @Test
    void noFeatureNoSplit() {
        BinLayout layout = new BinLayout(new int[] {2});
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 1, false)) {
            pool.copyIn(0, new long[] {-3, 2, 3, 2, 0, 0}, 0);
            List<SplitTask> none = List.of(new SplitTask(0, new int[0]));
            assertThat(backend.trees().findSplits(pool, none, PLAIN, UNIT)).containsExactly(SplitCandidate.NONE);
            assertThat(backend.trees().findSplits(pool, List.of(), PLAIN, UNIT)).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            backend.trees().findSplits(pool, List.of(new SplitTask(0, new int[] {0, 0})), PLAIN, UNIT));
        }
    }

    @Test
    void siblingIsParentMinusChild() {
        TreeData data = TreeData.random("wide", 0, TreeData.bins(130, 255), 0, 1);
        SplittableRandom random = new SplittableRandom(3);
        try (HistogramPool pool = backend.trees().allocateHistograms(data.layout(), 4, true)) {
            long[] parent = random.longs(pool.slotLength(), -1L << 60, 1L << 60).toArray();
            long[] child = random.longs(pool.slotLength(), -1L << 60, 1L << 60).toArray();
            pool.copyIn(0, parent, 0);
            pool.copyIn(1, child, 0);
            pool.copyIn(3, parent, 0);
            backend.trees().subtract(pool, List.of(new SubtractTask(0, 1, 2), new SubtractTask(3, 1, 3)));
            long[] sibling = new long[pool.slotLength() + 1];
            pool.copyOut(2, sibling, 1);
            long[] inPlace = new long[pool.slotLength()];
            pool.copyOut(3, inPlace, 0);
            for (int i = 0; i < parent.length; i++) {
                assertThat(sibling[i + 1]).isEqualTo(parent[i] - child[i]);
                assertThat(inPlace[i]).isEqualTo(parent[i] - child[i]);
            }
        }
    }

    @Test
    void poolKnowsItsShape() {
        BinLayout layout = new BinLayout(new int[] {2, 255});
        try (HistogramPool pool = backend.trees().allocateHistograms(layout, 3, true)) {
            assertThat(pool.layout()).isEqualTo(layout);
            assertThat(pool.numSlots()).isEqualTo(3);
            assertThat(pool.slotLength()).isEqualTo(3 * 259);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> pool.copyIn(3, new long[3 * 259], 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> pool.copyOut(0, new long[10], 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
