package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;
import org.sparkmlext.kernels.tree.TreeKernels.ResidualTask;

/** Counts of residuals, and the exact weighted quantile that follows from them. */
public abstract class ResidualCountsContract extends BackendContract {

    private static final int WEIGHT_EXPONENT = 20;

    private static ReferenceLossKernels.Rows rows(int numRows, boolean isWeighted) {
        SplittableRandom random = new SplittableRandom(numRows);
        float[] scores = new float[numRows];
        float[] labels = new float[numRows];
        float[] weights = new float[numRows];
        float[] rare = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, Float.MIN_VALUE};
        for (int r = 0; r < numRows; r++) {
            // Many ties, both signs of zero, and residuals that float subtraction rounds.
            scores[r] = random.nextInt(3) == 0 ? 0 : (float) random.nextDouble(-2, 2);
            labels[r] = random.nextInt(50) == 0
                    ? rare[random.nextInt(rare.length)]
                    : random.nextInt(2) == 0 ? random.nextInt(4) : (float) random.nextDouble(-5, 5);
            weights[r] = random.nextInt(6) == 0 ? 0 : (float) random.nextDouble(0, 10);
        }
        return new ReferenceLossKernels.Rows(new float[][] {scores}, labels, isWeighted ? weights : null);
    }

    /** The shard's partition, after one split so that positions are not rows. */
    private record Moved(BinnedRows bins, RowPartition partition, int[] order) implements AutoCloseable {
        @Override
        public void close() {
            bins.close();
            partition.close();
        }
    }

    private Moved moved(int numRows) {
        TreeData data = TreeData.random("residuals", numRows, new int[] {10}, 0.1, 3);
        RowPartition partition = backend.trees().allocatePartition(numRows);
        BinnedRows bins = RowsKind.DENSE.of(backend, data);
        PartitionTask task = new PartitionTask(new RowRange(0, numRows), 0, 4, true);
        backend.trees().partition(bins, partition, List.of(task));
        int[] order = ReferenceTreeKernels.ascending(numRows);
        ReferenceTreeKernels.partition(data, order, task);
        return new Moved(bins, partition, order);
    }

    private static List<ResidualTask> tasks(int numRows) {
        RowRange all = new RowRange(0, numRows);
        RowRange part = new RowRange(numRows / 5, numRows / 2);
        int ones = 0x3F800000 ^ 0x80000000;
        return List.of(
                new ResidualTask(all, 0, 0, 12),
                new ResidualTask(part, 1, 1, 7),
                new ResidualTask(all, 0, 1, 1),
                new ResidualTask(new RowRange(numRows / 2, numRows / 2), 0, 0, 3),
                new ResidualTask(part, ones >>> 20, 12, 20),
                new ResidualTask(all, ones >>> 8, 24, 8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 70_001})
    void countsEqualTheReference(int numRows) {
        for (boolean isWeighted : new boolean[] {false, true}) {
            ReferenceLossKernels.Rows rows = rows(numRows, isWeighted);
            // The largest makes several pieces of a task; the reference is slow.
            List<ResidualTask> tasks = numRows > 1000 ? tasks(numRows).subList(0, 2) : tasks(numRows);
            try (LossShard shard = new LossShard(backend, rows);
                    Moved moved = moved(numRows)) {
                long[] expected = ReferenceLossKernels.residualCounts(moved.order(), rows, WEIGHT_EXPONENT, tasks);
                long[] counts = new long[expected.length];
                Arrays.fill(counts, 3);
                count(shard, moved.partition(), tasks, counts);
                assertThat(Arrays.stream(counts).map(c -> c - 3).toArray()).isEqualTo(expected);
            }
        }
    }

    private void count(LossShard shard, RowPartition partition, List<ResidualTask> tasks, long[] counts) {
        backend.trees()
                .residualCounts(
                        partition, shard.scores.get(0), shard.labels, shard.weights, WEIGHT_EXPONENT, tasks, counts);
    }

    /** Digit by digit to the residual at which the weights below reach a share of all, against a sort. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.5, 0.9})
    void digitsLeadToTheExactQuantile(double level) {
        int numRows = 900;
        ReferenceLossKernels.Rows rows = rows(numRows, true);
        for (int r = 0; r < numRows; r++) {
            if (!(Math.abs(rows.labels()[r]) < 100)) {
                rows.labels()[r] = 1;
            }
        }
        try (LossShard shard = new LossShard(backend, rows);
                Moved moved = moved(numRows)) {
            RowRange node = new RowRange(100, 700);
            int prefix = 0;
            long rest = -1;
            for (int bits = 0; bits < Integer.SIZE; bits += 8) {
                long[] counts = new long[256];
                count(shard, moved.partition(), List.of(new ResidualTask(node, prefix, bits, 8)), counts);
                rest = rest < 0 ? (long) Math.ceil(level * Arrays.stream(counts).sum()) : rest;
                int digit = 0;
                while (counts[digit] < rest) {
                    rest -= counts[digit++];
                }
                prefix = prefix << 8 | digit;
            }
            float quantile = Float.intBitsToFloat(prefix < 0 ? prefix ^ 0x80000000 : ~prefix);
            assertThat(quantile).isEqualTo(sortedQuantile(rows, moved.order(), node, level));
        }
    }

    private static float sortedQuantile(ReferenceLossKernels.Rows rows, int[] order, RowRange node, double level) {
        List<Integer> sorted = IntStream.range(node.begin(), node.end())
                .mapToObj(i -> order[i])
                .sorted(Comparator.comparingDouble(r -> rows.labels()[r] - rows.scores()[0][r]))
                .toList();
        long total = sorted.stream().mapToLong(r -> weight(rows, r)).sum();
        long below = 0;
        for (int r : sorted) {
            below += weight(rows, r);
            if (below >= Math.ceil(level * total)) {
                return rows.labels()[r] - rows.scores()[0][r] + 0f;
            }
        }
        throw new AssertionError("no rows");
    }

    private static long weight(ReferenceLossKernels.Rows rows, int row) {
        return (long) Math.rint(Math.scalb(rows.weight(row), WEIGHT_EXPONENT));
    }

    @Test
    void refusesWhatDoesNotFit() {
        RowRange range = new RowRange(0, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResidualTask(range, 0, 20, 13))
                .withMessageContaining("32 bits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResidualTask(range, 8, 3, 13))
                .withMessageContaining("prefix 8");
        try (Buffer score = buffer(0f, 0f);
                Buffer label = buffer(0f, 0f, 0f);
                RowPartition partition = backend.trees().allocatePartition(2)) {
            List<ResidualTask> tasks = List.of(new ResidualTask(range, 0, 0, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> backend.trees().residualCounts(partition, score, score, null, 0, tasks, new long[5]))
                    .withMessageContaining("5")
                    .withMessageContaining("4");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> backend.trees().residualCounts(partition, score, label, null, 0, tasks, new long[4]))
                    .withMessageContaining("labels");
            List<ResidualTask> beyond = List.of(new ResidualTask(new RowRange(0, 3), 0, 0, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> backend.trees().residualCounts(partition, score, score, null, 0, beyond, new long[4]))
                    .withMessageContaining("[0, 3)");
        }
    }
}
