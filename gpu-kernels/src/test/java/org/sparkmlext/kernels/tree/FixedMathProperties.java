package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** Accuracy against {@link StrictMath}, and bits that may never change: models depend on them. */
class FixedMathProperties {

    @Property(tries = 20_000)
    void expIsAccurate(@ForAll @DoubleRange(min = -700, max = 700) double x) {
        double exact = StrictMath.exp(x);
        assertThat(Math.abs(FixedMath.exp(x) - exact)).isLessThanOrEqualTo(2e-15 * exact);
    }

    @Property(tries = 20_000)
    void logIsAccurate(@ForAll @DoubleRange(min = 1, max = 1e9) double x) {
        assertThat(Math.abs(FixedMath.log(x) - StrictMath.log(x))).isLessThanOrEqualTo(4e-15);
    }

    @Property(tries = 5000)
    void logOfSmallNumbersIsAccurate(@ForAll @DoubleRange(min = -1000, max = 0) double exponent) {
        double x = StrictMath.pow(2, exponent);
        double exact = StrictMath.log(x);
        assertThat(Math.abs(FixedMath.log(x) - exact)).isLessThanOrEqualTo(4e-15 * Math.max(1, Math.abs(exact)));
    }

    @Property(tries = 5000)
    void sigmoidIsSymmetricAndWithinBounds(@ForAll @DoubleRange(min = -40, max = 40) double x) {
        double p = FixedMath.sigmoid(x);
        assertThat(p).isBetween(0.0, 1.0);
        assertThat(Math.abs(p + FixedMath.sigmoid(-x) - 1)).isLessThan(1e-15);
    }

    @Property(tries = 5000)
    void softplusIsAccurate(@ForAll @DoubleRange(min = -500, max = 500) double x) {
        double exact = Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
        assertThat(Math.abs(FixedMath.softplus(x) - exact)).isLessThanOrEqualTo(1e-15 + 1e-15 * exact);
    }

    @Example
    void endsAreSaturated() {
        assertThat(FixedMath.exp(Double.POSITIVE_INFINITY)).isEqualTo(FixedMath.exp(700));
        assertThat(FixedMath.exp(Double.NEGATIVE_INFINITY)).isEqualTo(FixedMath.exp(-700));
        assertThat(FixedMath.exp(Double.NaN)).isNaN();
        assertThat(FixedMath.exp(0.0)).isEqualTo(1.0);
        assertThat(FixedMath.log(1.0)).isEqualTo(0.0);
        assertThat(FixedMath.sigmoid(0)).isEqualTo(0.5);
    }

    /** One line an input: exp, log of its size, sigmoid, softplus. */
    @Example
    void bitsNeverChange() {
        double[] inputs = {-699.5, -37.25, -1.0, -0.1, 1e-9, 0.3, 1.0, 2.5, 17.0, 88.88, 699.5};
        String bits = DoubleStream.of(inputs)
                .mapToObj(x -> DoubleStream.of(
                                FixedMath.exp(x),
                                FixedMath.log(Math.abs(x)),
                                FixedMath.sigmoid(x),
                                FixedMath.softplus(x))
                        .mapToObj(y -> Long.toHexString(Double.doubleToRawLongBits(y)))
                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n"));
        assertThat(bits).isEqualTo(GOLDEN.strip());
    }

    private static final String GOLDEN = """
            dc89c2e339b391 401a3393173a14d6 dc89c2e339b391 3c58000000000000
            3c93278bcd70e981 400cf0f380bab162 3c93278bcd70e981 3c58000000000000
            3fd78b56362cef38 0 3fd136561454ba87 3fd40c7abfbec123
            3fecf46d99d52b3a c0026bb1bbb55515 3fde66bdb1aca090 3fe49ee5be955d1c
            3ff000000044b830 c034b927f32bffb8 3fe0000000225c18 3fe62e42ff3ef21e
            3ff599058c8c1a95 bff34378fcbda721 3fe261d545e46a8b 3feb56e0cf4511b0
            4005bf0a8b145769 0 3fe764d4f5d5a2bd 3ff5031eafefb049
            40285d6fd931e0bc 3fed5240f0e0e078 3fed9291ddb596f8 4004a190f0e6368a
            417709348c0ea4f9 4006aa6bc1fa7f7a 3fefffffe9c61cf7 4031000000b1cf19
            47f2b912b81ff861 4011f2fb66c3d67b 3ff0000000000000 40563851eb851eb8
            7f01f0df6d72215d 401a3393173a14d6 3ff0000000000000 4085dc0000000000
            """;
}
