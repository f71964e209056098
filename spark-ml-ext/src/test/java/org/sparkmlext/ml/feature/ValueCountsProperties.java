package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ValueCountsProperties {

    @Property
    void keysHaveTheOrderOfDoublesAndGiveThemBack(@ForAll double a, @ForAll double b) {
        assertThat(ValueCounts.value(ValueCounts.key(a))).isEqualTo(a + 0.0);
        assertThat(Long.compare(ValueCounts.key(a), ValueCounts.key(b))).isEqualTo(Double.compare(a + 0.0, b + 0.0));
    }

    /** With more values than counters, parts merged in any order give the same ranges, and each rank lies in its own. */
    @Property(tries = 10)
    void countersDependOnTheValuesAlone(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int parts) {
        Random random = new Random(seed);
        double[] values = random.doubles(3L * ValueCounts.MOST)
                .map(v -> Math.scalb(v - 0.5, random.nextInt(40)))
                .toArray();
        ValueCounts whole = new ValueCounts();
        ValueCounts[] split = new ValueCounts[parts];
        Arrays.setAll(split, p -> new ValueCounts());
        for (double value : values) {
            whole.add(ValueCounts.key(value));
            split[random.nextInt(parts)].add(ValueCounts.key(value));
        }
        ValueCounts merged = new ValueCounts();
        for (int p = parts - 1; p >= 0; p--) {
            merged.merge(split[p]);
        }
        Arrays.sort(values);
        assertThat(merged.total()).isEqualTo(values.length);
        for (int i = 0; i < 50; i++) {
            int rank = random.nextInt(values.length);
            ValueCounts.Place place = whole.place(rank);
            assertThat(merged.place(rank)).isEqualTo(place);
            assertThat(ValueCounts.key(values[rank])).isBetween(place.least(), place.most());
            int first = (int) (rank - place.rank());
            assertThat(ValueCounts.key(values[first])).isGreaterThanOrEqualTo(place.least());
            assertThat(first == 0 || ValueCounts.key(values[first - 1]) < place.least())
                    .isTrue();
        }
    }
}
