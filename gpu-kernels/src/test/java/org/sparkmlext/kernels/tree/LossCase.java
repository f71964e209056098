package org.sparkmlext.kernels.tree;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.sparkmlext.kernels.tree.RowMetric.Kind;

/**
 * A loss, rows that fit it, and the metrics that go with it.
 *
 * @param own the metric that is {@code factor} times the loss, plus what does not depend on the score
 * @param factor see own
 * @param hessianFactor true second derivative of the loss divided by the kernel's hessian; 0 where that is no derivative
 * @param metrics metrics that take the same scores
 */
public record LossCase(
        PointwiseLoss loss,
        int numOutputs,
        RowMetric own,
        double factor,
        double hessianFactor,
        List<RowMetric> metrics) {

    private static final RowMetric LOGLOSS = RowMetric.of(Kind.LOGLOSS);
    private static final RowMetric ERROR = RowMetric.of(Kind.ERROR);
    private static final RowMetric SQUARED_ERROR = RowMetric.of(Kind.SQUARED_ERROR);
    private static final RowMetric ABSOLUTE_ERROR = RowMetric.of(Kind.ABSOLUTE_ERROR);

    /** Every kind of loss; together they have every kind of metric. */
    public static Stream<LossCase> all() {
        return Stream.of(
                new LossCase(PointwiseLoss.logistic(), 1, LOGLOSS, 1, 1, List.of(LOGLOSS, ERROR)),
                new LossCase(PointwiseLoss.logistic(), 1, LOGLOSS, 1, 1, List.of(ERROR)),
                softmax(2),
                softmax(5),
                of(PointwiseLoss.squared(), SQUARED_ERROR, 2, 1),
                of(PointwiseLoss.absolute(), ABSOLUTE_ERROR, 1, 0),
                of(PointwiseLoss.huber(0.75), new RowMetric(Kind.HUBER, 0.75), 1, 0),
                of(PointwiseLoss.quantile(0.9), new RowMetric(Kind.PINBALL, 0.9), 1, 0),
                of(PointwiseLoss.quantile(0.25), new RowMetric(Kind.PINBALL, 0.25), 1, 0),
                of(PointwiseLoss.poisson(), RowMetric.of(Kind.POISSON_DEVIANCE), 2, 1 / StrictMath.exp(0.7)),
                of(PointwiseLoss.gamma(), RowMetric.of(Kind.GAMMA_DEVIANCE), 2, 1),
                of(PointwiseLoss.tweedie(1.3), new RowMetric(Kind.TWEEDIE_DEVIANCE, 1.3), 2, 1),
                of(PointwiseLoss.tweedie(1.9), new RowMetric(Kind.TWEEDIE_DEVIANCE, 1.9), 2, 1));
    }

    private static LossCase of(PointwiseLoss loss, RowMetric own, double factor, double hessianFactor) {
        return new LossCase(loss, 1, own, factor, hessianFactor, List.of(SQUARED_ERROR, own, ABSOLUTE_ERROR));
    }

    private static LossCase softmax(int numClasses) {
        RowMetric own = RowMetric.of(Kind.MULTI_LOGLOSS);
        return new LossCase(
                PointwiseLoss.softmax(),
                numClasses,
                own,
                1,
                (numClasses - 1.0) / numClasses,
                List.of(own, RowMetric.of(Kind.MULTI_ERROR)));
    }

    /** A label the loss may have. */
    public float label(SplittableRandom random) {
        return switch (loss.kind()) {
            case LOGISTIC -> random.nextInt(2);
            case SOFTMAX -> random.nextInt(numOutputs);
            case POISSON -> random.nextInt(4) * random.nextInt(30);
            case TWEEDIE -> random.nextInt(3) == 0 ? 0 : (float) random.nextDouble(0, 50);
            case GAMMA -> (float) StrictMath.exp(random.nextDouble(-9, 9));
            default -> (float) (random.nextDouble(-1, 1) * StrictMath.pow(10, random.nextInt(-3, 5)));
        };
    }

    /** Rows of all sizes of score, about a sixth of them of weight 0. */
    public ReferenceLossKernels.Rows rows(int numRows, boolean isWeighted, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] scores = new float[numOutputs][numRows];
        float[] labels = new float[numRows];
        float[] weights = new float[numRows];
        for (int r = 0; r < numRows; r++) {
            for (float[] ofOutput : scores) {
                ofOutput[r] = (float) (random.nextDouble(-1, 1) * StrictMath.pow(10, random.nextInt(-3, 4)));
            }
            labels[r] = label(random);
            // Now and then scores far beyond saturation, and labels met exactly.
            if (random.nextInt(50) == 0) {
                scores[0][r] = random.nextBoolean() ? 1e4f : -1e4f;
            } else if (random.nextInt(20) == 0) {
                scores[0][r] = labels[r];
            }
            weights[r] = random.nextInt(6) == 0 ? 0 : (float) random.nextDouble(0, 10);
        }
        return new ReferenceLossKernels.Rows(scores, labels, isWeighted ? weights : null);
    }

    @Override
    public String toString() {
        return loss.kind() + (loss.parameter() == 0 ? "" : "(" + loss.parameter() + ")")
                + (numOutputs == 1 ? "" : " of " + numOutputs) + ", " + metrics.size() + " metrics";
    }
}
