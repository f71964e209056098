package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/**
 * How near a back end must come to the reference in doubles.
 *
 * @param tolerance largest difference, in parts of the largest magnitude of the value
 */
record Closeness(double tolerance) {

    /** 1e-4 in float32; 2e-2 in bfloat16, whose numbers have 8 bits. */
    static Closeness of(Precision precision) {
        return new Closeness(precision == Precision.FLOAT32 ? 1e-4 : 2e-2);
    }

    /** The same in float32; 6e-2 in bfloat16, where layers add up their roundings. */
    static Closeness ofNetwork(Precision precision) {
        return precision == Precision.FLOAT32 ? of(precision) : new Closeness(6e-2);
    }

    void check(String what, float[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        check(what, actual, expected, 0, expected.length, 0);
    }

    /** @param least magnitude that counts as the largest where all are smaller */
    void check(String what, float[] actual, double[] expected, int from, int to, double least) {
        double largest = Math.max(largest(expected, from, to), least);
        for (int i = from; i < to; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as(
                            "%s[%d] is %s, the reference has %s, its largest %s",
                            what, i - from, actual[i], expected[i], largest)
                    .isLessThanOrEqualTo(tolerance * largest + 1e-30);
        }
    }

    /** Compares {@link ModelMemory#additive}: gradients parameter by parameter, statistics, rows, sums. */
    void checkAdditive(ModelLayout layout, float[] actual, double[] expected) {
        assertThat(actual).hasSize(layout.additiveLength());
        // A gradient that cancels to almost nothing is compared with what was summed up, not with the rest.
        double least = 0.05 * largest(expected, 0, layout.parameters().length());
        for (FlatLayout.Entry entry : layout.parameters().entries()) {
            check("gradient of " + entry.name(), actual, expected, entry.offset(), entry.end(), least);
        }
        for (FlatLayout.Entry entry : layout.state().entries()) {
            int from = layout.statisticsFrom() + entry.offset();
            check(
                    "statistic of " + entry.name(),
                    actual,
                    expected,
                    from,
                    from + entry.shape().elements(),
                    0.1);
        }
        int rowsAt = layout.rowsAt();
        check("rows", actual, expected, rowsAt, rowsAt + 1, 0);
        for (String sum : layout.sums()) {
            check("sum " + sum, actual, expected, layout.sumAt(sum), layout.sumAt(sum) + 1, 1e-3);
        }
    }

    /**
     * Compares the whole gradient by the length of the difference, and the loss: where roundings move a value across the bend of a ReLU,
     * single elements of the gradient differ by their whole size.
     */
    void checkDirection(ModelLayout layout, float[] actual, double[] expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < layout.parameters().length(); i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            length += expected[i] * expected[i];
        }
        assertThat(Math.sqrt(difference / length))
                .as("length of the gradient's error")
                .isLessThan(4 * tolerance);
        int lossAt = layout.sumAt(ModelLayout.LOSS);
        check("loss", actual, expected, lossAt, lossAt + 1, 0);
    }

    private static double largest(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).map(Math::abs).max().orElse(0);
    }
}
