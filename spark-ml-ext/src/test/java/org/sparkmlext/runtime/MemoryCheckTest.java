package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.SeriesShape;
import org.sparkmlext.training.ShardShape;

class MemoryCheckTest {

    private static ShardShape shape(long storedValues) {
        return new ShardShape(900, 100, 40, true, 0, 2, storedValues);
    }

    @Test
    void blocksTakeSixBytesAStoredValueOrFourACell() {
        // A label, a weight and three margins a row: 20 bytes.
        assertThat(MemoryCheck.blockBytes(shape(10_000), 3)).isEqualTo(60_000 + 20_000);
        assertThat(MemoryCheck.blockBytes(shape(10_001), 3)).isEqualTo(160_000 + 20_000);
        assertThat(MemoryCheck.blockBytes(shape(40_000), 3)).isEqualTo(160_000 + 20_000);
    }

    @Test
    void bytesTakeOneACellAndStayOnTheHeap() {
        ShardShape bytes =
                new ShardShape(9_000_000, 1_000_000, 10, false, 0, 2, 100_000_000, 100_000_000, false, true, null);
        assertThat(MemoryCheck.blockBytes(bytes, 0)).isEqualTo(100_000_000 + 40_000_000);
        StoragePlan plan = check(bytes, 1L << 40).choose(ShardStorage.DISK);
        assertThat(plan.text()).contains("blocks (bytes)", "in files: bins").doesNotContain("in files: blocks");
        assertThat(plan.fileBytes()).isEqualTo(100_000_000);
    }

    @Test
    void aSparseTableFitsWhereItsCellsWouldNot() {
        StoragePlan plan = check(shape(1_000), 40_000).choose(ShardStorage.MEMORY);
        assertThat(plan.text()).contains("13.7 KiB a worker");
        assertThat(plan.isMapped()).isFalse();
        assertThatThrownBy(() -> check(shape(40_000), 40_000).choose(ShardStorage.MEMORY))
                .hasMessageContaining("training needs 328.1 KiB");
    }

    /** An algorithm that needs 1 byte a cell, in a file where there is one, and a byte a row; nothing where rows are few. */
    private static MemoryCheck check(ShardShape shape, long heapBytes) {
        return new MemoryCheck(
                s -> {
                    Map<String, Long> rows = Map.of("rows", s.rows() > 1000 ? s.rows() : 0L);
                    Map<String, Long> bins = Map.of("bins", s.rows() > 1000 ? s.cells() : 0L);
                    Map<String, Long> both = new LinkedHashMap<>(rows);
                    both.putAll(bins);
                    return s.isMapped() ? new MemoryPlan(rows, bins) : new MemoryPlan(both);
                },
                shape,
                0,
                2,
                new JvmRoom(heapBytes, "the.heap", ""));
    }

    private static ShardShape windows(boolean hasWeights, boolean holdTargets) {
        SeriesShape series = new SeriesShape(96, 10_000, holdTargets);
        return new ShardShape(1_000_000, 0, 7, hasWeights, 0, 2, 14_000_000, 14_000_000, false, false, series);
    }

    @Test
    void sequencesCountWhatTheyHoldWhateverTheirRowsAre() {
        // A million windows of 96 steps over 2 million steps of 7 in ten thousand series.
        ShardShape windows = windows(false, true);
        assertThat(MemoryCheck.blockBytes(windows, 0)).isEqualTo(14_000_000 * 4L + 80_000);
        assertThat(MemoryCheck.blockBytes(windows(true, true), 0)).isEqualTo(14_000_000 * 4L + 80_000 + 4_000_000);
        // Two numbers and a weight a row of its own, the first number twice.
        assertThat(MemoryCheck.blockBytes(windows(true, false), 2)).isEqualTo(14_000_000 * 4L + 80_000 + 4 * 4_000_000);
        MemoryCheck check = new MemoryCheck(
                shape -> new MemoryPlan(Map.of()), windows, 0, 1, new JvmRoom(100_000_000, "spark.driver.memory", ""));
        assertThat(check.choose(ShardStorage.AUTO).isMapped()).isFalse();
        assertThat(check.choose(ShardStorage.AUTO).text()).contains("series (float32)");
        StoragePlan mapped = check.choose(ShardStorage.DISK);
        assertThat(mapped.fileBytes()).isEqualTo(14_000_000 * 4L);
        assertThat(mapped.text()).contains("in files: series (float32)");
    }

    /** 10 million rows of 10 features. */
    private static final ShardShape LARGE = new ShardShape(9_000_000, 1_000_000, 10, false, 0, 2, 100_000_000);

    /** Floats and bins, a label a row and, of training rows, a byte. */
    private static final long HEAP = 2 * (100_000_000L * 5 + 10_000_000 * 4 + 9_000_000);

    /** Labels, a byte a row, two blocks and a column of each of two threads. */
    private static final long MAPPED_HEAP = 2 * (10_000_000L * 4 + 9_000_000 + 2 * 65_536 * 40 + 2 * 65_536 * 4);

    @Test
    void autoTakesFilesWhereOnlyTheyFit() {
        long fits = HEAP * 10 / 9 + 1;
        long fitsMapped = MAPPED_HEAP * 10 / 9 + 1;
        assertThat(check(LARGE, fits).choose(ShardStorage.AUTO).isMapped()).isFalse();
        StoragePlan plan = check(LARGE, fits - 10).choose(ShardStorage.AUTO);
        assertThat(plan.isMapped()).isTrue();
        assertThat(plan.fileBytes()).isEqualTo(500_000_000);
        assertThat(plan.text())
                .contains("in files: blocks (float32)", "381.5 MiB a worker", "in files: bins", "953.7 MiB in files");
        assertThat(check(LARGE, fitsMapped).choose(ShardStorage.AUTO))
                .isEqualTo(check(LARGE, fitsMapped).choose(ShardStorage.DISK));
        assertThat(check(LARGE, fits).choose(ShardStorage.DISK).isMapped()).isTrue();
        for (ShardStorage storage : new ShardStorage[] {ShardStorage.AUTO, ShardStorage.DISK}) {
            assertThatThrownBy(() -> check(LARGE, fitsMapped - 10).choose(storage))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(MemoryCheck.format(MAPPED_HEAP))
                    .hasMessageContaining("Set the.heap to at least 117m")
                    .hasMessageContaining("The plan on the heap")
                    .hasMessageContaining("The plan with files");
        }
    }

    @Test
    void whatAContainerHasBesideTheHeapStandsUnderEveryPlan() {
        JvmRoom room = new JvmRoom(HEAP * 2, "the.heap", "  beside the heap: little");
        MemoryCheck check = new MemoryCheck(shape -> new MemoryPlan(Map.of()), LARGE, 0, 1, room);
        assertThat(check.choose(ShardStorage.MEMORY).text()).endsWith("beside the heap: little");
        assertThat(check.choose(ShardStorage.DISK).text()).endsWith("beside the heap: little");
    }

    @Test
    void memoryRefusesAndTellsOfFiles() {
        assertThatThrownBy(() -> check(LARGE, HEAP).choose(ShardStorage.MEMORY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("training needs " + MemoryCheck.format(HEAP))
                .hasMessageContaining("set shardStorage to auto or disk: then 476.8 MiB a worker lie in files");
        assertThatThrownBy(() -> check(LARGE, 1000).choose(ShardStorage.MEMORY))
                .hasMessageNotContaining("set shardStorage");
    }

    @Test
    void shardStorageIsNamed() {
        assertThat(ShardStorage.of("disk")).isEqualTo(ShardStorage.DISK);
        assertThatThrownBy(() -> ShardStorage.of("Disk"))
                .hasMessage("shardStorage is 'Disk'; allowed: auto, memory, disk");
    }
}
