package org.sparkmlext.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Gradients of a user's own loss, computed on the host for this rank's rows. */
final class CustomLoss {

    private static final int PIECE_ROWS = 8192;

    private final CustomObjective objective;
    private final int rank;
    private final HostThreads threads;
    private final float[] labels;
    private final float @Nullable [] weights;
    private final float[] scores;
    private final double[] gradients;
    private final double[] hessians;

    CustomLoss(CustomObjective objective, int rank, DeviceRows rows, HostThreads threads) {
        this.objective = objective;
        this.rank = rank;
        this.threads = threads;
        labels = RoundMetrics.floats(rows.labels);
        weights = rows.weights == null ? null : RoundMetrics.floats(rows.weights);
        scores = new float[labels.length];
        gradients = new double[labels.length];
        hessians = new double[labels.length];
    }

    /**
     * Computes all rows' gradients and hessians, weights multiplied on.
     *
     * @return largest absolute gradient and largest hessian
     * @throws InvalidTrainingDataException if one is not finite or a hessian is negative; names round, row, score and label
     */
    double[] compute(int round, Buffer rawScores) {
        rawScores.copyOut(0, scores, 0, scores.length);
        int pieces = (scores.length + PIECE_ROWS - 1) / PIECE_ROWS;
        double[][] maxima = new double[pieces][];
        threads.forEach(
                pieces,
                piece -> maxima[piece] =
                        compute(round, piece * PIECE_ROWS, Math.min(scores.length, (piece + 1) * PIECE_ROWS)));
        double[] max = new double[2];
        for (double[] ofPiece : maxima) {
            max[0] = Math.max(max[0], ofPiece[0]);
            max[1] = Math.max(max[1], ofPiece[1]);
        }
        return max;
    }

    private double[] compute(int round, int begin, int end) {
        double maxGradient = 0;
        double maxHessian = 0;
        for (int r = begin; r < end; r++) {
            double weight = weights == null ? 1.0 : weights[r];
            if (!(weight > 0)) {
                gradients[r] = 0;
                hessians[r] = 0;
                continue;
            }
            double g = objective.gradient().apply(scores[r], labels[r]);
            double h = objective.hessian().apply(scores[r], labels[r]);
            if (!Double.isFinite(g) || !Double.isFinite(h) || h < 0) {
                throw new InvalidTrainingDataException("the custom objective gave gradient " + g + " and hessian " + h
                        + " in round " + round + " for row " + r + " of rank " + rank + " (raw score " + scores[r]
                        + ", label " + labels[r] + "); allowed: finite numbers, and hessians of at least 0");
            }
            gradients[r] = g * weight;
            hessians[r] = h * weight;
            maxGradient = Math.max(maxGradient, Math.abs(gradients[r]));
            maxHessian = Math.max(maxHessian, hessians[r]);
        }
        return new double[] {maxGradient, maxHessian};
    }

    List<double[]> gradients() {
        return List.of(gradients);
    }

    List<double[]> hessians() {
        return List.of(hessians);
    }
}
