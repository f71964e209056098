package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.sparkmlext.data.TableBlock;

/** Bins against what they promise, on random data of many shapes. */
class BinningProperties {

    private static RadixCounts count(float[] values, int maxBins) {
        return count(List.of(block(values)), maxBins);
    }

    private static TableBlock block(float[] values) {
        return new TableBlock(values.length, new float[][] {values}, values, null, false);
    }

    private static RadixCounts count(List<TableBlock> blocks, int maxBins) {
        RadixCounts counts = new RadixCounts(maxBins);
        RadixScratch scratch = new RadixScratch();
        do {
            if (!counts.isCounted()) {
                counts.count(blocks, 0, scratch);
            }
        } while (counts.refine());
        return counts;
    }

    @Provide
    Arbitrary<Integer> maxBins() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(2, 255), Arbitraries.of(256, 1000, BoostingSettings.MAX_BINS));
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
    void bucketsHoldEveryValueOnceInOrder(@ForAll @Size(max = 400) float[] raw, @ForAll("maxBins") int maxBins) {
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

    /** Clusters of near values, so that levels below the first two are opened in few and in many buckets. */
    @Property(tries = 60)
    void bucketsAreThoseOfCountingLevelByLevel(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 300) int clusters,
            @ForAll @IntRange(min = 1, max = 13) int spreadBits,
            @ForAll @IntRange(min = 0, max = 10) int tenthsOfZeros,
            @ForAll("maxBins") int maxBins) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] centres = new int[clusters];
        Arrays.setAll(centres, c -> random.nextInt());
        // Zeros of both signs are one value, and small numbers share its first digits.
        centres[0] = SortableFloat.key(0.0f);
        float[] values = new float[5_000];
        for (int i = 0; i < values.length; i++) {
            float value = SortableFloat.value(centres[random.nextInt(clusters)] ^ random.nextInt(1 << spreadBits));
            values[i] = random.nextInt(10) < tenthsOfZeros ? -0.0f : Float.isFinite(value) ? value : Float.NaN;
        }
        TreeMap<Long, Long> wanted = bucketsLevelByLevel(values, maxBins);
        assertThat(counted(count(values, maxBins).buckets())).isEqualTo(wanted);
        assertThat(counted(sorted(values, maxBins))).isEqualTo(wanted);
        for (float absent : new float[] {0, Float.NaN}) {
            List<TableBlock> blocks = new ArrayList<>();
            for (int from = 0; from < values.length; from += 1000) {
                TableBlock block = block(Arrays.copyOfRange(values, from, from + 1000));
                blocks.add(from == 2000 ? block : TableMaker.sparse(block, absent));
            }
            assertThat(counted(count(blocks, maxBins).buckets())).isEqualTo(wanted);
        }
    }

    private static RadixCounts.Buckets sorted(float[] values, int maxBins) {
        TreeMap<Long, Long> distinct = new TreeMap<>();
        for (float value : values) {
            if (!Float.isNaN(value)) {
                distinct.merge(Integer.toUnsignedLong(SortableFloat.key(value)), 1L, Long::sum);
            }
        }
        int[] keys = distinct.keySet().stream().mapToInt(Long::intValue).toArray();
        long[] counts = distinct.values().stream().mapToLong(c -> c).toArray();
        return SortedCounts.buckets(keys, counts, maxBins);
    }

    private static TreeMap<Long, Long> counted(RadixCounts.Buckets buckets) {
        TreeMap<Long, Long> counted = new TreeMap<>();
        for (int b = 0; b < buckets.size(); b++) {
            counted.put(Integer.toUnsignedLong(buckets.lowestKey(b)), buckets.count(b));
        }
        return counted;
    }

    /** The definition, one level at a time: lowest key of each finest bucket and its count. */
    private static TreeMap<Long, Long> bucketsLevelByLevel(float[] values, int maxBins) {
        TreeMap<Long, Long> finest = new TreeMap<>();
        List<Long> keys = new ArrayList<>();
        for (float value : values) {
            if (!Float.isNaN(value)) {
                keys.add(Integer.toUnsignedLong(SortableFloat.key(value)));
            }
        }
        int shift = RadixLevels.shift(0);
        for (long key : keys) {
            finest.merge(key >>> shift << shift, 1L, Long::sum);
        }
        Set<Long> deepest = new HashSet<>(finest.keySet());
        for (int level = 1; level < RadixLevels.COUNT; level++) {
            long threshold = finest.size() <= 4 * maxBins ? 1 : Math.max(1, keys.size() / (4 * maxBins));
            int above = RadixLevels.shift(level - 1);
            int below = RadixLevels.shift(level);
            Set<Long> heavy = new HashSet<>();
            deepest.stream().filter(b -> finest.get(b) > threshold).forEach(heavy::add);
            finest.keySet().removeAll(heavy);
            deepest.clear();
            for (long key : keys) {
                if (heavy.contains(key >>> above << above)) {
                    finest.merge(key >>> below << below, 1L, Long::sum);
                    deepest.add(key >>> below << below);
                }
            }
        }
        return finest;
    }

    @Property(tries = 200)
    void aBoundaryDividesItsBucketsAndIsRound(@ForAll @Size(min = 2, max = 200) float[] raw) {
        RadixCounts.Buckets buckets = count(finite(raw), 255).buckets();
        for (int b = 1; b < buckets.size(); b++) {
            assertThat(Integer.compareUnsigned(buckets.boundary(b), buckets.lowestKey(b)))
                    .isNotPositive();
            assertThat(Integer.compareUnsigned(buckets.boundary(b), buckets.lowestKey(b - 1)))
                    .isPositive();
        }
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
            byte[] bins = new byte[3000];
            float[] column = new float[bins.length];
            Arrays.fill(column, probe);
            column[2999] = Float.NaN;
            mapper.map(column, bins.length, bins);
            assertThat(bins[2998] & 255).isEqualTo((int) naive);
            assertThat(bins[2999] & 255).isEqualTo(mapper.numValueBins());
            for (ValueMapper any : List.of(mapper, new BinSearch(boundaries))) {
                short[] wide = new short[2001];
                any.map(column, 1000, 2000, wide, 1, null);
                assertThat(wide[0]).isZero();
                assertThat(wide[1999]).isEqualTo((short) naive);
                assertThat(wide[2000]).isEqualTo((short) mapper.numValueBins());
            }
        }
        assertThat(mapper.bin(Float.POSITIVE_INFINITY)).isEqualTo(boundaries.length);
        assertThat(mapper.bin(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(mapper.bin(Float.intBitsToFloat(0xffffffff))).isEqualTo(mapper.numValueBins());
        assertThat(mapper.bin(Float.intBitsToFloat(0x7f800001))).isEqualTo(mapper.numValueBins());
    }

    @Property(tries = 100)
    void continuousValuesFillBinsEvenly(@ForAll long seed, @ForAll("maxBins") int maxBins) {
        SplittableRandom random = new SplittableRandom(seed);
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
        TreeMap<Float, Integer> distinct = new TreeMap<>();
        for (float value : values) {
            distinct.merge(value, 1, Integer::sum);
        }
        double fair = (double) values.length / maxBins;
        assertThat(sizes.length).isGreaterThanOrEqualTo((int) (0.8 * Math.min(maxBins, distinct.size())));
        // A bucket holds at most a quarter of a bin's fair share, so no bin is overfull by more than that.
        int mostOfOneValue = distinct.values().stream().max(Integer::compare).orElseThrow();
        assertThat(Arrays.stream(sizes).max().getAsInt())
                .isLessThanOrEqualTo(Math.max(mostOfOneValue, (int) (1.6 * fair) + 1));
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
