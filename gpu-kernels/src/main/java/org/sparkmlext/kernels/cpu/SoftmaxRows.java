package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** {@link PointwiseLoss.Kind#SOFTMAX}: class after class over a block, so that every loop runs along one array of scores. */
final class SoftmaxRows implements LossFormula {

    private final float[][] scores;
    private final float[] labels;
    private final double factor;

    SoftmaxRows(float[][] scores, float[] labels) {
        this.scores = scores;
        this.labels = labels;
        factor = scores.length / (scores.length - 1.0);
    }

    @Override
    public RowMetric.Kind sharedMetric() {
        return RowMetric.Kind.MULTI_LOGLOSS;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        sumExponentials(begin, count, block);
        takeGradients(begin, count, block);
    }

    @Override
    public void fillWithLosses(int begin, int count, RowBlock block) {
        sumExponentials(begin, count, block);
        fillLosses(begin, count, block, block.losses);
        takeGradients(begin, count, block);
    }

    /** Turns exponentials into gradients and hessians, and the sums into their inverses. */
    private void takeGradients(int begin, int count, RowBlock block) {
        double[] inverses = block.sums;
        for (int i = 0; i < count; i++) {
            inverses[i] = 1.0 / inverses[i];
        }
        for (int k = 0; k < scores.length; k++) {
            double[] gradients = block.gradients[k];
            double[] hessians = block.hessians[k];
            for (int i = 0; i < count; i++) {
                double p = gradients[i] * inverses[i];
                gradients[i] = p;
                hessians[i] = (p * (1.0 - p)) * factor;
            }
        }
        for (int i = 0; i < count; i++) {
            int label = classIndex(labels[begin + i], scores.length);
            if (label >= 0) {
                block.gradients[label][i] -= 1.0;
            }
        }
    }

    /** The losses alone. */
    void fillLosses(int begin, int count, RowBlock block) {
        sumExponentials(begin, count, block);
        fillLosses(begin, count, block, block.terms);
    }

    private void fillLosses(int begin, int count, RowBlock block, double[] losses) {
        for (int i = 0; i < count; i++) {
            int label = classIndex(labels[begin + i], scores.length);
            double own = label < 0 ? Double.NaN : scores[label][begin + i];
            losses[i] = (block.maxima[i] - own) + FixedMath.log(block.sums[i]);
        }
    }

    /** Fills maxima, sums and, in place of the gradients, the exponentials. */
    private void sumExponentials(int begin, int count, RowBlock block) {
        double[] maxima = block.maxima;
        Arrays.fill(maxima, 0, count, Double.NEGATIVE_INFINITY);
        for (float[] ofClass : scores) {
            for (int i = 0; i < count; i++) {
                maxima[i] = Math.max(maxima[i], ofClass[begin + i]);
            }
        }
        Arrays.fill(block.sums, 0, count, 0.0);
        for (int k = 0; k < scores.length; k++) {
            addExponentials(scores[k], begin, count, maxima, block.gradients[k], block.sums);
        }
    }

    private static void addExponentials(
            float[] scores, int begin, int count, double[] maxima, double[] exponentials, double[] sums) {
        for (int i = 0; i < count; i++) {
            double e = FixedMath.exp(scores[begin + i] - maxima[i]);
            exponentials[i] = e;
            sums[i] += e;
        }
    }

    /** The class of a label, or -1 where it is none. */
    static int classIndex(float label, int numClasses) {
        int index = (int) label;
        return index == label && index >= 0 && index < numClasses ? index : -1;
    }
}
