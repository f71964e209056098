package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

class GradientScaleProperties {

    @Property
    void theMaximumFitsAndUsesTheRange(@ForAll @DoubleRange(min = -290, max = 300) double exponent) {
        double max = Math.pow(10, exponent);
        GradientScale scale = GradientScale.of(max, max, Precision.FINE);
        double fixed = Math.rint(Math.scalb(max, scale.gradientExponent()));
        assertThat(fixed).isBetween(GradientScale.MAX_FIXED / 2.0, (double) GradientScale.MAX_FIXED);
        assertThat(scale.hessianExponent()).isEqualTo(scale.gradientExponent());
    }

    @Example
    void unitsOfPrecisions() {
        GradientScale fine = new GradientScale(20, 22, Precision.FINE);
        GradientScale coarse = new GradientScale(20, 22, Precision.COARSE);
        assertThat(fine.histogramGradientUnit()).isEqualTo(0x1p-20);
        assertThat(fine.histogramHessianUnit()).isEqualTo(0x1p-22);
        assertThat(coarse.histogramGradientUnit()).isEqualTo(0x1p-5);
        assertThat(coarse.histogramHessianUnit()).isEqualTo(0x1p-8);
        assertThat(coarse.gradientUnit()).isEqualTo(fine.gradientUnit()).isEqualTo(0x1p-20);
        assertThat(coarse.hessianUnit()).isEqualTo(0x1p-22);
    }

    @Example
    void unitsOfVanishingGradientsArePositiveAndFinite() {
        for (double max : new double[] {0, Double.MIN_VALUE, 1e-305, Double.MAX_VALUE}) {
            GradientScale scale = GradientScale.of(max, max, Precision.COARSE);
            assertThat(scale.gradientUnit()).isPositive().isFinite();
            assertThat(scale.histogramHessianUnit()).isPositive().isFinite();
            assertThat(Math.scalb(1.0, scale.gradientExponent())).isPositive().isFinite();
        }
    }

    @Example
    void maximaMustBeFinite() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> GradientScale.of(bad, 1, Precision.FINE));
            assertThatIllegalArgumentException().isThrownBy(() -> GradientScale.of(1, bad, Precision.FINE));
        }
    }

    @Property
    void samplingTakesAboutTheRate(@ForAll @DoubleRange(min = 0.01, max = 1) double rate, @ForAll long salt) {
        RowSampling sampling = RowSampling.of(salt, rate);
        int taken = 0;
        for (int key = 0; key < 20_000; key++) {
            taken += sampling.contains(key) ? 1 : 0;
        }
        // Five standard deviations.
        assertThat(taken / 20_000.0).isBetween(rate - 0.018, rate + 0.018);
    }

    @Example
    void mixIsTheFinaliserOfSplitMix64() {
        // First output of SplittableRandom(0): the finaliser of its golden gamma.
        assertThat(RowSampling.mix(0x9E3779B97F4A7C15L)).isEqualTo(0xE220A8397B1DCDAFL);
    }

    @Example
    void ratesAreChecked() {
        for (double bad : new double[] {0, -0.5, 1.01, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> RowSampling.of(1, bad));
        }
    }
}
