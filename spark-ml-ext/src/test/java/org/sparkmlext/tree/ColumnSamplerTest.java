package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ColumnSamplerTest {

    private static ColumnSampler sampler(double byTree, double byLevel, double byNode, int tree) {
        return new ColumnSampler(
                TestSettings.defaults()
                        .withColumnSampling(byTree, byLevel, byNode)
                        .build(),
                20,
                tree);
    }

    @Test
    void withoutSamplingEveryNodeSeesAllColumns() {
        assertThat(sampler(1, 1, 1, 0).columns(3, 17))
                .hasSize(20)
                .startsWith(0, 1)
                .isSorted();
    }

    @Test
    void ratesMultiplyAndSetsNest() {
        ColumnSampler sampler = sampler(0.5, 0.5, 0.4, 3);
        Set<Integer> seen = new HashSet<>();
        for (int depth = 0; depth < 6; depth++) {
            for (long path = 0; path < 8; path++) {
                int[] columns = sampler.columns(depth, path);
                assertThat(columns).hasSize(2).isSorted();
                Arrays.stream(columns).forEach(seen::add);
            }
        }
        assertThat(seen).hasSizeLessThanOrEqualTo(10).hasSizeGreaterThan(4);
    }

    @Test
    void drawsDifferByTreeAndNodeAndRepeat() {
        assertThat(sampler(0.5, 1, 1, 0).columns(0, 0))
                .isNotEqualTo(sampler(0.5, 1, 1, 1).columns(0, 0));
        assertThat(sampler(1, 1, 0.5, 0).columns(1, 5))
                .isNotEqualTo(sampler(1, 1, 0.5, 0).columns(1, 6));
        assertThat(sampler(1, 1, 0.5, 0).columns(1, 5))
                .isEqualTo(sampler(1, 1, 0.5, 0).columns(1, 5));
    }

    @Test
    void aTinyRateKeepsOneColumn() {
        assertThat(sampler(0.001, 1, 1, 0).columns(0, 0)).hasSize(1);
    }
}
