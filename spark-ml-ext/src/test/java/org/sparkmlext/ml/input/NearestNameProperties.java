package org.sparkmlext.ml.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestNameProperties {

    @Property(tries = 200)
    void theDistanceIsAMetricOfShortWords(
            @ForAll @AlphaChars @StringLength(max = 6) String a, @ForAll @AlphaChars @StringLength(max = 6) String b) {
        int distance = NearestName.distance(a, b);
        assertThat(distance).isEqualTo(NearestName.distance(b, a)).isBetween(0, Math.max(a.length(), b.length()));
        assertThat(distance == 0).isEqualTo(a.equals(b));
        assertThat(distance).isGreaterThanOrEqualTo(Math.abs(a.length() - b.length()));
    }

    @Test
    void aSwapOfNeighboursIsOneEdit() {
        assertThat(NearestName.distance("labell", "label")).isEqualTo(1);
        assertThat(NearestName.distance("nmuTrees", "numTrees")).isEqualTo(1);
    }

    @Test
    void theMessageNamesTheNearestAndAllValidNames() {
        assertThat(NearestName.unknown("key", "numTree", List.of("seed", "numTrees")))
                .isEqualTo("unknown key 'numTree'; did you mean 'numTrees'? valid keys: numTrees, seed");
    }

    @Test
    void nothingNearIsNotSuggested() {
        assertThat(NearestName.unknown("key", "zebra", List.of("seed", "numTrees")))
                .isEqualTo("unknown key 'zebra'; valid keys: numTrees, seed");
    }
}
