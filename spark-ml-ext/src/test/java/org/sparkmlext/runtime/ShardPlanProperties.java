package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.sparkmlext.data.TableBlock;

class ShardPlanProperties {

    @Property(tries = 300)
    void everyRowGoesToOneWorkerInOrderAndNoWorkerHasMoreThanOneRowMore(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 40) Integer> partitionRows,
            @ForAll @IntRange(min = 1, max = 9) int workers,
            @ForAll @IntRange(min = 1, max = 17) int blockRows) {
        long[] training = partitionRows.stream().mapToLong(r -> r).toArray();
        long[] validation = partitionRows.stream().mapToLong(r -> r / 3).toArray();
        ShardPlan plan = new ShardPlan(workers, training, validation);
        List<List<Float>> byWorker = deal(plan, training, false, blockRows);
        List<List<Float>> watchedByWorker = deal(plan, validation, true, blockRows);

        assertThat(byWorker.stream().flatMap(List::stream).toList())
                .isEqualTo(numbers(LongStream.of(training).sum()));
        assertThat(watchedByWorker.stream().flatMap(List::stream).toList())
                .isEqualTo(numbers(LongStream.of(validation).sum()));
        for (int w = 0; w < workers; w++) {
            assertThat(byWorker.get(w)).hasSize((int) plan.rows(w));
            assertThat(watchedByWorker.get(w)).hasSize((int) plan.validationRows(w));
            assertThat(plan.mostRows() - plan.rows(w)).isBetween(0L, 1L);
            assertThat(plan.mostValidationRows() - plan.validationRows(w)).isBetween(0L, 1L);
        }
    }

    @Property(tries = 50)
    void evenPartitionsNeedNoMove(@ForAll @IntRange(min = 1, max = 9) int workers) {
        long[] rows = new long[workers];
        java.util.Arrays.fill(rows, 10);
        assertThat(new ShardPlan(workers, rows, new long[workers]).matchesPartitions())
                .isTrue();
        rows[0] += 3;
        assertThat(new ShardPlan(workers, rows, new long[workers]).matchesPartitions())
                .isEqualTo(workers == 1);
    }

    @Example
    void aShardThatNoWorkerHoldsIsRefused() {
        long[] rows = {3L << 28, 1};
        long[] none = {0, 0};
        assertThatThrownBy(() -> new ShardPlan(3, rows, none).requireAtMost(1 << 28))
                .hasMessageContaining("268435457 training rows; it can hold at most 268435456")
                .hasMessageContaining("numWorkers to at least 4;");
        assertThatThrownBy(() -> new ShardPlan(2, none, rows).requireAtMost(1 << 28))
                .hasMessageContaining("402653185 validation rows")
                .hasMessageContaining("numWorkers to at least 4;");
        new ShardPlan(4, rows, rows).requireAtMost(1 << 28);
    }

    private static List<Float> numbers(long count) {
        return LongStream.range(0, count).mapToObj(i -> (float) i).toList();
    }

    /** Cuts partitions of numbered rows into blocks and deals these out. */
    private static List<List<Float>> deal(ShardPlan plan, long[] rows, boolean isValidation, int blockRows) {
        List<List<Float>> byWorker = new ArrayList<>();
        for (int w = 0; w < plan.numWorkers(); w++) {
            byWorker.add(new ArrayList<>());
        }
        float next = 0;
        for (int p = 0; p < rows.length; p++) {
            for (long before = 0; before < rows[p]; before += blockRows) {
                int size = (int) Math.min(blockRows, rows[p] - before);
                float[] labels = new float[size];
                for (int r = 0; r < size; r++) {
                    labels[r] = next++;
                }
                TableBlock block = new TableBlock(size, new float[][] {labels}, labels, null, isValidation);
                for (ShardPlan.Piece piece : plan.cut(p, before, block)) {
                    for (float label : piece.block().labels()) {
                        byWorker.get(piece.worker()).add(label);
                    }
                }
            }
        }
        return byWorker;
    }
}
