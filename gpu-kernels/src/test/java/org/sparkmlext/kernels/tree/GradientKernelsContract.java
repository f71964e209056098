package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.sparkmlext.kernels.tree.PointwiseLoss.LOGISTIC;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

/** Gradients, their maxima, metrics and row sampling. */
public abstract class GradientKernelsContract extends BackendContract {

    private float[] scores;
    private float[] labels;
    private float[] weights;
    private long[] keys;

    private void makeRows(int numRows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        scores = new float[numRows];
        labels = new float[numRows];
        weights = new float[numRows];
        keys = new long[numRows];
        for (int r = 0; r < numRows; r++) {
            scores[r] = (float) (random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-3, 4)));
            labels[r] = random.nextInt(2);
            weights[r] = random.nextInt(6) == 0 ? 0 : (float) random.nextDouble(0, 10);
            keys[r] = random.nextLong();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 30_001})
    void gradientsAndTotalsEqualTheReference(int numRows) {
        makeRows(numRows, numRows);
        for (boolean isWeighted : new boolean[] {false, true}) {
            for (boolean isSampled : new boolean[] {false, true}) {
                float[] w = isWeighted ? weights : null;
                RowSampling sampling = isSampled ? RowSampling.of(42, 0.3) : null;
                check(w, sampling);
            }
        }
    }

    private void check(float[] w, RowSampling sampling) {
        try (Buffer score = buffer(scores);
                Buffer label = buffer(labels);
                Buffer weight = w == null ? null : buffer(w);
                Buffer key = sampling == null ? null : buffer(keys);
                Buffer out = backend.allocate(ElementType.LONG, scores.length)) {
            double[] max = backend.trees().maxGradients(LOGISTIC, score, label, weight);
            assertThat(max).isEqualTo(ReferenceTreeKernels.maxGradients(scores, labels, w));
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            long[] expected = ReferenceTreeKernels.gradients(scores, labels, w, sampling, keys, scale);
            GradientTotals totals =
                    backend.trees().gradients(LOGISTIC, score, label, weight, sampling, key, scale, out);
            long[] got = longs(out);
            assertThat(got).isEqualTo(expected);
            assertThat(totals).isEqualTo(ReferenceTreeKernels.totals(expected));
            for (int r = 0; r < got.length; r++) {
                boolean isIn = (sampling == null || sampling.contains(keys[r])) && (w == null || w[r] > 0);
                assertThat((int) got[r] > 0).isEqualTo(isIn);
                assertThat(Math.abs(got[r] >> 32)).isLessThanOrEqualTo(GradientScale.MAX_FIXED);
            }
            assertThat(boxed(backend.trees().metricSums(LOGISTIC, score, label, weight, 20)))
                    .isEqualTo(boxed(ReferenceTreeKernels.metricSums(scores, labels, w, 20)));
        }
    }

    private static java.util.List<Long> boxed(long[] values) {
        return java.util.Arrays.stream(values).boxed().toList();
    }

    @Test
    void gradientsOfKnownScores() {
        try (Buffer score = buffer(0f, 0f);
                Buffer label = buffer(0f, 1f);
                Buffer out = backend.allocate(ElementType.LONG, 2)) {
            assertThat(backend.trees().maxGradients(LOGISTIC, score, label, null))
                    .containsExactly(0.5, 0.25);
            GradientScale scale = new GradientScale(10, 12, Precision.FINE);
            GradientTotals totals = backend.trees().gradients(LOGISTIC, score, label, null, null, null, scale, out);
            assertThat(longs(out)).containsExactly((512L << 32) | 1024, (-512L << 32) | 1024);
            assertThat(totals).isEqualTo(new GradientTotals(0, 1024, 2048, 2));
        }
    }

    @Test
    void valuesBeyondTheScaleSaturate() {
        try (Buffer score = buffer(0f, 0f);
                Buffer label = buffer(0f, 1f);
                Buffer out = backend.allocate(ElementType.LONG, 2)) {
            GradientScale scale = new GradientScale(40, 40, Precision.FINE);
            backend.trees().gradients(LOGISTIC, score, label, null, null, null, scale, out);
            long max = GradientScale.MAX_FIXED;
            assertThat(longs(out)).containsExactly((max << 32) | max, (-max << 32) | max);
        }
    }

    @Test
    void metricsOfKnownScores() {
        try (Buffer score = buffer(5000f, -5000f, 2f, 0f);
                Buffer label = buffer(0f, 1f, 1f, 0f);
                Buffer weight = buffer(1f, 0.5f, 3f, 0f)) {
            long[] sums = backend.trees().metricSums(LOGISTIC, score, label, weight, 4);
            long small = (long) Math.rint(3 * (FixedMath.softplus(2) - 2) * 16);
            assertThat(sums).containsExactly(1024 * 16 + 512 * 16 + small, 16 + 8, 16 + 8 + 48);
        }
    }

    @Test
    void extremeScoresStayFinite() {
        float big = Float.MAX_VALUE;
        try (Buffer score = buffer(big, -big, 800f, -800f);
                Buffer label = buffer(0f, 1f, 1f, 0f);
                Buffer out = backend.allocate(ElementType.LONG, 4)) {
            double[] max = backend.trees().maxGradients(LOGISTIC, score, label, null);
            assertThat(max[0]).isEqualTo(1);
            assertThat(max[1]).isBetween(0.0, 1e-300);
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            GradientTotals totals = backend.trees().gradients(LOGISTIC, score, label, null, null, null, scale, out);
            assertThat(totals.count()).isEqualTo(4);
            assertThat(scale.hessianUnit()).isPositive();
        }
    }

    @Test
    void refusesLengthsThatDiffer() {
        try (Buffer score = buffer(0f, 0f);
                Buffer label = buffer(0f);
                Buffer out = backend.allocate(ElementType.LONG, 2)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees().maxGradients(LOGISTIC, score, label, null))
                    .withMessageContaining("labels")
                    .withMessageContaining("1")
                    .withMessageContaining("2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees()
                            .gradients(
                                    LOGISTIC,
                                    score,
                                    score,
                                    null,
                                    RowSampling.of(1, 0.5),
                                    null,
                                    new GradientScale(1, 1, Precision.FINE),
                                    out))
                    .withMessageContaining("rowKeys");
        }
    }
}
