package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.PointwiseLoss;

/** The losses of the difference of score and label alone: SQUARED, ABSOLUTE, HUBER, QUANTILE. Their hessian is 1. */
final class ResidualRows implements LossFormula {

    private final PointwiseLoss loss;
    private final float[] scores;
    private final float[] labels;

    ResidualRows(PointwiseLoss loss, float[] scores, float[] labels) {
        this.loss = loss;
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        double[] gradients = block.gradients[0];
        for (int i = 0; i < count; i++) {
            gradients[i] = (double) scores[begin + i] - labels[begin + i];
        }
        switch (loss.kind()) {
            case ABSOLUTE -> takeSigns(gradients, count);
            case HUBER -> clip(gradients, count, loss.parameter());
            case QUANTILE -> takeLevels(gradients, count, loss.parameter());
            default -> {
                // SQUARED: the difference is the gradient.
            }
        }
        Arrays.fill(block.hessians[0], 0, count, 1.0);
    }

    private static void takeSigns(double[] gradients, int count) {
        for (int i = 0; i < count; i++) {
            gradients[i] = Math.signum(gradients[i]);
        }
    }

    private static void clip(double[] gradients, int count, double delta) {
        for (int i = 0; i < count; i++) {
            gradients[i] = Math.max(-delta, Math.min(delta, gradients[i]));
        }
    }

    /** A difference of two doubles is 0 only where they are equal, so its sign tells which is larger. */
    private static void takeLevels(double[] gradients, int count, double level) {
        for (int i = 0; i < count; i++) {
            gradients[i] = gradients[i] >= 0 ? 1.0 - level : -level;
        }
    }
}
