package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.BackendContract;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

/** Gradients, hessians and metrics against calculus and against a textbook, not against how they are computed. */
public abstract class LossDerivativesContract extends BackendContract {

    static Stream<LossCase> losses() {
        return LossCase.all();
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
        try (LossShard shard =
                new LossShard(backend, new ReferenceLossKernels.Rows(moved, new float[] {label}, null))) {
            return MetricSums.value(shard.metricSums(List.of(test.own())), 0);
        }
    }

    /** {@code {g, h}} of a single row: their sizes in full precision, the sign of g from its fixed-point value. */
    private double[] kernelGradient(LossCase test, int output, float[] scores, float label) {
        float[][] columns = new float[scores.length][];
        for (int k = 0; k < scores.length; k++) {
            columns[k] = new float[] {scores[k]};
        }
        try (LossShard shard =
                new LossShard(backend, new ReferenceLossKernels.Rows(columns, new float[] {label}, null))) {
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
}
