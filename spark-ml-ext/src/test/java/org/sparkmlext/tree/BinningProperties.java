package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Bins against what they promise, on random data of many shapes. */
class BinningProperties {

    private static RadixCounts count(float[] values, int maxBins) {
        RadixCounts counts = new RadixCounts(maxBins);
        do {
            counts.add(values, values.length);
        } while (counts.refine());
        return counts;
    }

    private static float[] finite(float[] values) {
        float[] result = values.clone();
        for (int i = 0; i < result.length; i++) {
            if (Float.isInfinite(result[i])) {
                result[i] = i;
            }
        }
        return result;
    }

    @Property(tries = 300)
    void keysOrderAsNumbersDo(@ForAll float a, @ForAll float b) {
        if (!Float.isNaN(a) && !Float.isNaN(b)) {
            int wanted = a == b ? 0 : (a < b ? -1 : 1);
            assertThat(Integer.signum(Integer.compareUnsigned(SortableFloat.key(a), SortableFloat.key(b))))
                    .isEqualTo(wanted);
            assertThat(SortableFloat.value(SortableFloat.key(a))).isEqualTo(a + 0.0f);
        }
    }

    @Property(tries = 200)
    void bucketsHoldEveryValueOnceInOrder(
            @ForAll @Size(max = 400) float[] raw, @ForAll @IntRange(min = 2, max = 255) int maxBins) {
        float[] values = finite(raw);
        RadixCounts.Buckets buckets = count(values, maxBins).buckets();
        long total = 0;
        for (int b = 0; b < buckets.size(); b++) {
            total += buckets.count(b);
            if (b > 0) {
                assertThat(Integer.compareUnsigned(buckets.lowestKey(b - 1), buckets.lowestKey(b)))
                        .isNegative();
            }
        }
        long present = 0;
        for (float value : values) {
            present += Float.isNaN(value) ? 0 : 1;
        }
        assertThat(total).isEqualTo(present);
    }

    @Property(tries = 200)
    void fewDistinctValuesGetABinEach(@ForAll @Size(min = 1, max = 200) float[] raw) {
        float[] values = finite(raw);
        TreeMap<Float, Integer> distinct = new TreeMap<>();
        for (float value : values) {
            if (!Float.isNaN(value)) {
                distinct.merge(value + 0.0f, 1, Integer::sum);
            }
        }
        int[] boundaries = BinCuts.boundaries(count(values, 255).buckets(), 255);
        assertThat(boundaries.length + 1).isEqualTo(Math.max(1, distinct.size()));
        BinMapper mapper = new BinMapper(boundaries);
        int bin = 0;
        for (float value : distinct.keySet()) {
            assertThat(mapper.bin(value)).isEqualTo(bin++);
        }
        assertThat(mapper.bin(Float.NaN)).isEqualTo(mapper.numValueBins());
    }

    @Property(tries = 200)
    void theMapperAgreesWithASearch(
            @ForAll @Size(max = 300) float[] raw,
            @ForAll @IntRange(min = 2, max = 60) int maxBins,
            @ForAll float probe) {
        int[] boundaries = BinCuts.boundaries(count(finite(raw), maxBins).buckets(), maxBins);
        assertThat(boundaries.length).isLessThan(maxBins);
        BinMapper mapper = new BinMapper(boundaries);
        if (!Float.isNaN(probe)) {
            long naive = Arrays.stream(boundaries)
                    .filter(b -> Integer.compareUnsigned(b, SortableFloat.key(probe)) <= 0)
                    .count();
            assertThat(mapper.bin(probe)).isEqualTo((int) naive);
        }
    }

    @Property(tries = 100)
    void continuousValuesFillBinsEvenly(@ForAll long seed, @ForAll @IntRange(min = 2, max = 255) int maxBins) {
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        float[] values = new float[20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.exp(4 * random.nextDouble() - 2);
        }
        int[] boundaries = BinCuts.boundaries(count(values, maxBins).buckets(), maxBins);
        BinMapper mapper = new BinMapper(boundaries);
        int[] sizes = new int[mapper.numValueBins()];
        for (float value : values) {
            sizes[mapper.bin(value)]++;
        }
        double fair = (double) values.length / maxBins;
        assertThat(sizes.length).isGreaterThanOrEqualTo((int) (0.8 * maxBins));
        // A bucket holds at most a quarter of a bin's fair share, so no bin is overfull by more than that.
        assertThat(Arrays.stream(sizes).max().getAsInt()).isLessThanOrEqualTo((int) (1.6 * fair) + 1);
    }

    @Property(tries = 300)
    void anEdgeDividesItsNeighbours(@ForAll float a, @ForAll float b) {
        if (Float.isFinite(a) && Float.isFinite(b) && a != b) {
            float below = Math.min(a, b);
            float above = Math.max(a, b);
            float edge = BinEdges.between(below, above);
            assertThat(below < edge).isTrue();
            assertThat(above < edge).isFalse();
        }
    }
}
