package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Which rows an update takes, and in which order. */
class BatchProperties {

    @Property
    void everyRowIsInOneBatchAndBatchesAreOfAboutTheirSize(
            @ForAll @Size(min = 1, max = 6) int[] seeds, @ForAll @IntRange(min = 1, max = 300) int batchSize) {
        int ranks = seeds.length;
        long[] rows =
                Arrays.stream(seeds).mapToLong(seed -> Math.floorMod(seed, 500)).toArray();
        rows[0]++;
        long total = Arrays.stream(rows).sum();
        int batches = new LocalBatches(rows[0], total, batchSize).numBatches();
        assertThat(batches).isEqualTo((int) Math.ceil((double) total / batchSize));
        for (int b = 0; b < batches; b++) {
            long all = 0;
            for (long own : rows) {
                LocalBatches local = new LocalBatches(own, total, batchSize);
                assertThat(local.size(b)).isNotNegative();
                all += local.size(b);
            }
            long wanted = Math.min(batchSize, total - (long) b * batchSize);
            assertThat(Math.abs(all - wanted)).isLessThan(ranks);
        }
        for (long own : rows) {
            LocalBatches local = new LocalBatches(own, total, batchSize);
            assertThat(local.begin(0)).isZero();
            assertThat(local.begin(batches)).isEqualTo((int) own);
        }
    }

    @Property
    void anEpochsOrderHasEveryRowOnce(
            @ForAll long seed, @ForAll @IntRange(max = 50) int epoch, @ForAll @IntRange(max = 300) int numRows) {
        int[] order = EpochOrder.of(seed, epoch, 3, numRows);
        assertThat(Arrays.stream(order).sorted())
                .containsExactlyElementsOf(IntStream.range(0, numRows).boxed().toList());
        assertThat(EpochOrder.of(seed, epoch, 3, numRows)).isEqualTo(order);
        if (numRows > 50) {
            assertThat(EpochOrder.of(seed, epoch + 1, 3, numRows)).isNotEqualTo(order);
            assertThat(EpochOrder.of(seed, epoch, 2, numRows)).isNotEqualTo(order);
        }
    }

    @Property
    void rowsAreSortedByTheirHashes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int numRows) {
        Random random = new Random(seed);
        // Few upper and few lower halves, so that both ties come up.
        long[] hashes =
                random.longs(numRows).map(h -> ((h >> 62) << 32) | (h & 3)).toArray();
        int[] order = RowOrder.byHash(hashes);
        assertThat(Arrays.stream(order).distinct().count()).isEqualTo(numRows);
        for (int i = 1; i < numRows; i++) {
            assertThat(hashes[order[i - 1]]).isLessThanOrEqualTo(hashes[order[i]]);
            if (hashes[order[i - 1]] == hashes[order[i]]) {
                assertThat(order[i - 1]).isLessThan(order[i]);
            }
        }
    }
}
