package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.kernels.tree.PointwiseLoss.logistic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.RowMetric.Kind;

/** Gradients, their maxima, metrics and row sampling, bit for bit as the references have them. */
public abstract class GradientKernelsContract extends BackendContract {

    static Stream<LossCase> losses() {
        return LossCase.all();
    }

    /** One rank's rows on the device. */
    private final class Shard implements AutoCloseable {
        private final ReferenceLossKernels.Rows rows;
        private final List<Buffer> scores = new ArrayList<>();
        private final List<Buffer> gradients = new ArrayList<>();
        private final Buffer labels;
        private final Buffer weights;

        Shard(ReferenceLossKernels.Rows rows) {
            this.rows = rows;
            for (float[] ofOutput : rows.scores()) {
                scores.add(buffer(ofOutput));
                gradients.add(backend.allocate(ElementType.LONG, rows.size()));
            }
            labels = buffer(rows.labels());
            weights = rows.weights() == null ? null : buffer(rows.weights());
        }

        double[] maxGradients(PointwiseLoss loss) {
            return backend.trees().maxGradients(loss, scores, labels, weights);
        }

        List<GradientTotals> gradients(PointwiseLoss loss, GradientScale scale, List<RowMetric> metrics, long[] sums) {
            return backend.trees()
                    .gradients(loss, scores, labels, weights, null, null, scale, gradients, metrics, sums);
        }

        long[] metricSums(List<RowMetric> metrics) {
            long[] sums = new long[MetricSums.length(metrics)];
            backend.trees().metricSums(metrics, scores, labels, weights, sums);
            return sums;
        }

        @Override
        public void close() {
            scores.forEach(Buffer::close);
            gradients.forEach(Buffer::close);
            labels.close();
            if (weights != null) {
                weights.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradientsTotalsAndMetricsEqualTheReference(LossCase test) {
        // Scores of +-1e4 under a log link leave no scale for the others.
        GradientScale scale = new GradientScale(24, 23, Precision.FINE);
        for (int numRows : new int[] {0, 1, 7, 1100}) {
            for (boolean isWeighted : new boolean[] {false, true}) {
                for (boolean isSampled : new boolean[] {false, true}) {
                    check(test, test.rows(numRows, isWeighted, numRows), isSampled, scale);
                }
            }
        }
    }

    /** So many rows that every thread has some. */
    @ParameterizedTest
    @MethodSource("losses")
    void manyRowsGiveWhatTheyGiveOneByOne(LossCase test) {
        check(test, test.rows(20_001, true, 8), false, new GradientScale(24, 23, Precision.FINE));
    }

    private void check(LossCase test, ReferenceLossKernels.Rows rows, boolean isSampled, GradientScale scale) {
        RowSampling sampling = isSampled ? RowSampling.of(42, 0.3) : null;
        long[] keys = new SplittableRandom(9).longs(rows.size()).toArray();
        try (Shard shard = new Shard(rows);
                Buffer key = isSampled ? buffer(keys) : null) {
            assertThat(shard.maxGradients(test.loss())).isEqualTo(ReferenceLossKernels.maxGradients(test.loss(), rows));
            long[] expectedSums = ReferenceLossKernels.metricSums(test.metrics(), rows);
            assertThat(shard.metricSums(test.metrics())).isEqualTo(expectedSums);
            long[] sums = new long[expectedSums.length];
            Arrays.fill(sums, 5);
            List<GradientTotals> totals = backend.trees()
                    .gradients(
                            test.loss(),
                            shard.scores,
                            shard.labels,
                            shard.weights,
                            sampling,
                            key,
                            scale,
                            shard.gradients,
                            test.metrics(),
                            sums);
            assertThat(Arrays.stream(sums).map(sum -> sum - 5).toArray()).isEqualTo(expectedSums);
            boolean isBounded = true;
            for (int output = 0; output < test.numOutputs(); output++) {
                long[] expected = ReferenceLossKernels.gradients(test.loss(), output, rows, sampling, keys, scale);
                long[] got = longs(shard.gradients.get(output));
                assertThat(got).isEqualTo(expected);
                assertThat(totals.get(output)).isEqualTo(ReferenceLossKernels.totals(expected));
                for (int r = 0; r < got.length; r++) {
                    boolean isIn = (sampling == null || sampling.contains(keys[r])) && rows.weight(r) > 0;
                    isBounded &= (int) got[r] > 0 == isIn && Math.abs(got[r] >> 32) <= GradientScale.MAX_FIXED;
                }
            }
            assertThat(isBounded).isTrue();
            shard.gradients(test.loss(), scale, List.of(), new long[MetricSums.LIMBS]);
            assertThat(longs(shard.gradients.get(0)))
                    .isEqualTo(ReferenceLossKernels.gradients(test.loss(), 0, rows, null, null, scale));
        }
    }

    /** Saturation, infinities and NaN, each in a row of its own and beside ordinary scores of other classes. */
    @ParameterizedTest
    @MethodSource("losses")
    void extremeScoresEqualTheReference(LossCase test) {
        SplittableRandom random = new SplittableRandom(4);
        float huge = Float.MAX_VALUE;
        float[] extremes = {1e4f, -1e4f, huge, -huge, 800, -800, 0f, -0f, Float.MIN_VALUE, Float.NaN};
        for (float extreme : extremes) {
            ReferenceLossKernels.Rows rows = test.rows(3, true, 1);
            Arrays.fill(rows.weights(), 1.5f);
            for (int r = 0; r < 3; r++) {
                rows.scores()[0][r] = extreme;
                rows.labels()[r] = test.label(random);
            }
            check(test, rows, false, new GradientScale(20, 20, Precision.FINE));
            check(test, rows, false, new GradientScale(-900, 1000, Precision.FINE));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void nanIsNoticed(LossCase test) {
        ReferenceLossKernels.Rows rows = test.rows(9001, false, 2);
        rows.labels()[8500] = Float.NaN;
        try (Shard shard = new Shard(rows)) {
            double cap = MetricSums.value(shard.metricSums(List.of(test.own())), 0);
            assertThat(cap).isGreaterThanOrEqualTo(MetricSums.CAP);
        }
        boolean hasNanGradient = !List.of(PointwiseLoss.Kind.SOFTMAX, PointwiseLoss.Kind.QUANTILE)
                .contains(test.loss().kind());
        if (hasNanGradient) {
            try (Shard shard = new Shard(rows)) {
                assertThat(shard.maxGradients(test.loss())[0]).isNaN();
            }
        }
    }

    /** Central differences of the metric that is the loss, sharpened by Richardson's extrapolation. */
    @ParameterizedTest
    @MethodSource("losses")
    void gradientsAndHessiansAreDerivatives(LossCase test) {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 12; i++) {
            float[] scores = new float[test.numOutputs()];
            for (int k = 0; k < scores.length; k++) {
                scores[k] = random.nextInt(-96, 96) / 32f;
            }
            float label = test.loss().kind() == PointwiseLoss.Kind.GAMMA ? 3.25f : test.label(random);
            int output = random.nextInt(scores.length);
            float step = 1 / 64f;
            // Not across a corner of the loss.
            double corner =
                    test.loss().kind() == PointwiseLoss.Kind.HUBER ? test.loss().parameter() : 0;
            boolean isNearCorner = Math.abs(Math.abs(scores[output] - label) - corner) < 2 * step;
            if (test.hessianFactor() == 0 && isNearCorner) {
                continue;
            }
            double[] got = kernelGradient(test, output, scores, label);
            double far = test.factor() * 2 * step;
            double wide =
                    (metric(test, output, scores, label, step) - metric(test, output, scores, label, -step)) / far;
            double near =
                    (metric(test, output, scores, label, step / 2) - metric(test, output, scores, label, -step / 2))
                            / (far / 2);
            double size = 1 + Math.abs(got[0]) + Math.abs(label);
            assertThat((4 * near - wide) / 3).isCloseTo(got[0], within(1e-6 * size));
            if (test.hessianFactor() != 0) {
                double middle = metric(test, output, scores, label, 0);
                double second = metric(test, output, scores, label, step)
                        - 2 * middle
                        + metric(test, output, scores, label, -step);
                double hessian = test.hessianFactor() * got[1];
                assertThat(second / (test.factor() * step * step)).isCloseTo(hessian, within(1e-3 * (1 + hessian)));
            }
        }
    }

    private double metric(LossCase test, int output, float[] scores, float label, float step) {
        float[][] moved = new float[scores.length][];
        for (int k = 0; k < scores.length; k++) {
            moved[k] = new float[] {k == output ? scores[k] + step : scores[k]};
        }
        try (Shard shard = new Shard(new ReferenceLossKernels.Rows(moved, new float[] {label}, null))) {
            return MetricSums.value(shard.metricSums(List.of(test.own())), 0);
        }
    }

    /** {@code {g, h}} of a single row: their sizes in full precision, the sign of g from its fixed-point value. */
    private double[] kernelGradient(LossCase test, int output, float[] scores, float label) {
        float[][] columns = new float[scores.length][];
        for (int k = 0; k < scores.length; k++) {
            columns[k] = new float[] {scores[k]};
        }
        try (Shard shard = new Shard(new ReferenceLossKernels.Rows(columns, new float[] {label}, null))) {
            double[] max = shard.maxGradients(test.loss());
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            List<GradientTotals> totals = shard.gradients(test.loss(), scale, List.of(), new long[MetricSums.LIMBS]);
            double g = totals.get(output).gradient() * scale.gradientUnit();
            double h = totals.get(output).hessian() * scale.hessianUnit();
            return test.numOutputs() > 1 ? new double[] {g, h} : new double[] {Math.copySign(max[0], g), max[1]};
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void valuesAreThoseOfATextbook(LossCase test) {
        SplittableRandom random = new SplittableRandom(23);
        for (int i = 0; i < 40; i++) {
            float[] scores = new float[test.numOutputs()];
            for (int k = 0; k < scores.length; k++) {
                scores[k] = (float) random.nextDouble(-6, 6);
            }
            float label = test.label(random);
            int output = random.nextInt(scores.length);
            double[] got = kernelGradient(test, output, scores, label);
            double[] wanted = Textbook.gradient(test.loss(), output, scores, label);
            double size = 1 + Math.abs(wanted[0]) + wanted[1] + Math.abs(label);
            double precision = test.numOutputs() > 1 ? 3e-9 : 1e-13;
            assertThat(got[0]).isCloseTo(wanted[0], within(precision * size));
            assertThat(got[1]).isCloseTo(wanted[1], within(precision * size));
            for (RowMetric metric : test.metrics()) {
                LossCase single = new LossCase(test.loss(), test.numOutputs(), metric, 1, 0, List.of(metric));
                double value = metric(single, 0, scores, label, 0);
                double expected = Textbook.metric(metric, scores, label);
                assertThat(value).isCloseTo(expected, within(1e-12 * (size + expected)));
            }
        }
    }

    @Test
    void gradientsOfKnownScores() {
        try (Shard shard = shard(new float[] {0, 0}, new float[] {0, 1}, null)) {
            assertThat(shard.maxGradients(logistic())).containsExactly(0.5, 0.25);
            GradientScale scale = new GradientScale(10, 12, Precision.FINE);
            List<GradientTotals> totals = shard.gradients(logistic(), scale, List.of(), new long[MetricSums.LIMBS]);
            assertThat(longs(shard.gradients.get(0))).containsExactly((512L << 32) | 1024, (-512L << 32) | 1024);
            assertThat(totals).containsExactly(new GradientTotals(0, 1024, 2048, 2));
        }
    }

    @Test
    void valuesBeyondTheScaleSaturate() {
        try (Shard shard = shard(new float[] {0, 0}, new float[] {0, 1}, null)) {
            GradientScale scale = new GradientScale(40, 40, Precision.FINE);
            shard.gradients(logistic(), scale, List.of(), new long[MetricSums.LIMBS]);
            long max = GradientScale.MAX_FIXED;
            assertThat(longs(shard.gradients.get(0))).containsExactly((max << 32) | max, (-max << 32) | max);
        }
    }

    @Test
    void metricsOfKnownScores() {
        float[] weights = {1, 0.5f, 3, 0};
        List<RowMetric> metrics = List.of(RowMetric.of(Kind.ERROR), RowMetric.of(Kind.LOGLOSS));
        try (Shard shard = shard(new float[] {5000, -5000, 2, Float.NaN}, new float[] {0, 1, 1, 0}, weights)) {
            long[] sums = shard.metricSums(metrics);
            assertThat(MetricSums.value(sums, 0)).isEqualTo(1.5);
            double expected = 5000 + 2500 + 3 * (FixedMath.softplus(2) - 2);
            assertThat(MetricSums.value(sums, 4)).isCloseTo(expected, within(1e-11));
            assertThat(MetricSums.value(sums, 8)).isEqualTo(4.5);
        }
    }

    @Test
    void hugeTermsAreSummedExactlyBesideSmallOnes() {
        float[] scores = {1e12f, 1e-6f, Float.MAX_VALUE};
        try (Shard shard = shard(scores, new float[3], null)) {
            long[] sums = shard.metricSums(List.of(RowMetric.of(Kind.ABSOLUTE_ERROR)));
            long[] expected = new long[2 * MetricSums.LIMBS];
            ReferenceLossKernels.addLimbs(scores[0], expected, 0);
            ReferenceLossKernels.addLimbs(scores[1], expected, 0);
            ReferenceLossKernels.addLimbs(0x1p80, expected, 0);
            ReferenceLossKernels.addLimbs(3, expected, 4);
            assertThat(sums).isEqualTo(expected);
        }
    }

    @Test
    void aLabelThatIsNoClassIsNoClass() {
        for (float label : new float[] {-1, 3, 0.5f, Float.NaN}) {
            float[][] scores = {{0}, {0}, {0}};
            try (Shard shard = new Shard(new ReferenceLossKernels.Rows(scores, new float[] {label}, null))) {
                GradientScale scale = new GradientScale(20, 20, Precision.FINE);
                shard.gradients(PointwiseLoss.softmax(), scale, List.of(), new long[MetricSums.LIMBS]);
                for (Buffer gradient : shard.gradients) {
                    assertThat(longs(gradient)[0] >> 32).isEqualTo(Math.round((1 << 20) / 3.0));
                }
                long[] sums =
                        shard.metricSums(List.of(RowMetric.of(Kind.MULTI_ERROR), RowMetric.of(Kind.MULTI_LOGLOSS)));
                assertThat(MetricSums.value(sums, 0)).isEqualTo(1);
                assertThat(MetricSums.value(sums, 4)).isEqualTo(MetricSums.CAP);
            }
        }
    }

    @Test
    void extremeLogisticScoresKeepAScale() {
        float big = Float.MAX_VALUE;
        try (Shard shard = shard(new float[] {big, -big, 800, -800}, new float[] {0, 1, 1, 0}, null)) {
            double[] max = shard.maxGradients(logistic());
            assertThat(max[0]).isEqualTo(1);
            assertThat(max[1]).isBetween(0.0, 1e-300);
            GradientScale scale = GradientScale.of(max[0], max[1], Precision.FINE);
            List<GradientTotals> totals = shard.gradients(logistic(), scale, List.of(), new long[MetricSums.LIMBS]);
            assertThat(totals.get(0).count()).isEqualTo(4);
            assertThat(scale.hessianUnit()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9001})
    void gradientsOfTheHostAreQuantised(int numRows) {
        SplittableRandom random = new SplittableRandom(numRows);
        List<double[]> g = new ArrayList<>();
        List<double[]> h = new ArrayList<>();
        for (int output = 0; output < 2; output++) {
            g.add(random.doubles(numRows, -3, 3).toArray());
            h.add(random.doubles(numRows, 0, 2).toArray());
            for (int r = 0; r < numRows; r += 5) {
                g.get(output)[r] = r % 10 == 0 ? 0 : 1e9;
                h.get(output)[r] = r % 20 == 0 ? 0 : 1e-12;
            }
        }
        long[] keys = random.longs(numRows).toArray();
        GradientScale scale = GradientScale.of(3, 2, Precision.FINE);
        try (Buffer key = buffer(keys);
                Buffer first = backend.allocate(ElementType.LONG, numRows);
                Buffer second = backend.allocate(ElementType.LONG, numRows)) {
            for (RowSampling sampling : new RowSampling[] {null, RowSampling.of(3, 0.5)}) {
                List<GradientTotals> totals = backend.trees()
                        .quantize(g, h, sampling, sampling == null ? null : key, scale, List.of(first, second));
                for (int output = 0; output < 2; output++) {
                    long[] expected =
                            ReferenceLossKernels.quantize(g.get(output), h.get(output), sampling, keys, scale);
                    assertThat(longs(output == 0 ? first : second)).isEqualTo(expected);
                    assertThat(totals.get(output)).isEqualTo(ReferenceLossKernels.totals(expected));
                }
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees().quantize(g, h, null, null, scale, List.of(first)))
                    .withMessageContaining("2");
        }
    }

    private Shard shard(float[] scores, float[] labels, float[] weights) {
        return new Shard(new ReferenceLossKernels.Rows(new float[][] {scores}, labels, weights));
    }

    @Test
    void refusesLengthsThatDiffer() {
        long[] sums = new long[MetricSums.LIMBS];
        GradientScale scale = new GradientScale(1, 1, Precision.FINE);
        RowSampling sampling = RowSampling.of(1, 0.5);
        try (Buffer score = buffer(0f, 0f);
                Buffer label = buffer(0f);
                Buffer out = backend.allocate(ElementType.LONG, 2)) {
            List<Buffer> scores = List.of(score);
            List<Buffer> outs = List.of(out);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees().maxGradients(logistic(), scores, label, null))
                    .withMessageContaining("labels")
                    .withMessageContaining("1")
                    .withMessageContaining("2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees()
                            .gradients(logistic(), scores, score, null, sampling, null, scale, outs, List.of(), sums))
                    .withMessageContaining("rowKeys");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees()
                            .gradients(
                                    logistic(),
                                    scores,
                                    score,
                                    null,
                                    null,
                                    null,
                                    scale,
                                    outs,
                                    List.of(RowMetric.of(Kind.ERROR)),
                                    sums))
                    .withMessageContaining("metric sums")
                    .withMessageContaining("8");
        }
    }

    @Test
    void refusesANumberOfOutputsThatDoesNotFit() {
        try (Buffer score = buffer(0f);
                Buffer label = buffer(0f)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> backend.trees().maxGradients(PointwiseLoss.softmax(), List.of(score), label, null))
                    .withMessageContaining("SOFTMAX")
                    .withMessageContaining("at least 2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees().maxGradients(logistic(), List.of(score, score), label, null))
                    .withMessageContaining("exactly 1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> backend.trees()
                            .metricSums(
                                    List.of(RowMetric.of(Kind.LOGLOSS)),
                                    List.of(score, score),
                                    label,
                                    null,
                                    new long[8]))
                    .withMessageContaining("LOGLOSS");
        }
    }
}
