package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;

/** Limbs against decimal arithmetic without rounding. */
class MetricSumsProperties {

    @Property(tries = 3000)
    void aTermIsCutAsDefined(
            @ForAll @DoubleRange(min = -50, max = 82) double exponent, @ForAll @DoubleRange(max = 1) double fraction) {
        double term = (1 + fraction) * StrictMath.pow(2, exponent);
        long[] limbs = new long[8];
        long[] expected = new long[8];
        MetricSums.add(term, limbs, 4);
        ReferenceLossKernels.addLimbs(term, expected, 4);
        assertThat(limbs).isEqualTo(expected);
        double cut = Math.min(term, MetricSums.CAP);
        assertThat(Math.abs(MetricSums.value(limbs, 4) - cut)).isLessThanOrEqualTo(0x1p-49);
    }

    @Property(tries = 500)
    void sumsAreExactInAnyOrderAndOverRanks(
            @ForAll @Size(min = 1, max = 40) List<@DoubleRange(max = 1e15) Double> terms) {
        long[] forward = new long[4];
        long[] backward = new long[4];
        long[] firstRank = new long[4];
        long[] secondRank = new long[4];
        BigDecimal exact = BigDecimal.ZERO;
        for (int i = 0; i < terms.size(); i++) {
            // Multiples of 2^-20 are cut without rounding.
            double term = Math.rint(terms.get(i) * 0x1p20) * 0x1p-20;
            exact = exact.add(new BigDecimal(term));
            MetricSums.add(term, forward, 0);
            MetricSums.add(Math.rint(terms.get(terms.size() - 1 - i) * 0x1p20) * 0x1p-20, backward, 0);
            MetricSums.add(term, i % 3 == 0 ? firstRank : secondRank, 0);
        }
        assertThat(forward).isEqualTo(backward);
        assertThat(MetricSums.value(forward, 0)).isEqualTo(exact.doubleValue());
        MetricSums.carry(firstRank);
        MetricSums.carry(secondRank);
        for (int limb = 0; limb < 4; limb++) {
            firstRank[limb] += secondRank[limb];
        }
        MetricSums.carry(firstRank);
        MetricSums.carry(forward);
        assertThat(firstRank).isEqualTo(forward);
        assertThat(MetricSums.value(forward, 0)).isEqualTo(exact.doubleValue());
    }

    @Example
    void comparisonSeesTheLastBit() {
        long[] small = {5, 1L << 40, 0, 7, 0, 0, 0, 0};
        long[] large = {5 + (1 << 8), 0, 0, 8, 0, 0, 0, 0};
        assertThat(MetricSums.compare(small, 0, large, 0)).isNegative();
        assertThat(MetricSums.compare(large, 0, small, 0)).isPositive();
        large[3] = 7;
        assertThat(MetricSums.compare(small, 0, large, 0)).isZero();
        assertThat(MetricSums.compare(small, 4, large, 4)).isZero();
    }

    @Example
    void whatIsNoNumberIsTheCap() {
        for (double term : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 0x1p80, 0x1.8p80, Double.MAX_VALUE}) {
            long[] limbs = new long[4];
            MetricSums.add(term, limbs, 0);
            assertThat(MetricSums.value(limbs, 0)).isEqualTo(MetricSums.CAP);
            assertThat(limbs).containsExactly(1L << 32, 0, 0, 0);
        }
    }
}
