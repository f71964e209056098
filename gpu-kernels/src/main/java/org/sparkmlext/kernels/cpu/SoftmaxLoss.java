package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;

/** {@link PointwiseLoss.Kind#SOFTMAX}: class after class over a block, so that every loop runs along one array of scores. */
final class SoftmaxLoss implements LossFormula {

    @Override
    public RowMetric.Kind sharedMetric() {
        return RowMetric.Kind.MULTI_LOGLOSS;
    }

    @Override
    public void fill(RowBlock block, int count) {
        sumExponentials(block, count);
        takeGradients(block, count);
    }

    @Override
    public void fillWithLosses(RowBlock block, int count) {
        sumExponentials(block, count);
        takeLosses(block, count, block.losses);
        takeGradients(block, count);
    }

    /** The losses alone, as {@code terms}. */
    static void fillTerms(RowBlock block, int count) {
        sumExponentials(block, count);
        takeLosses(block, count, block.terms);
    }

    /** Turns exponentials into gradients and hessians, and the sums into their inverses. */
    private static void takeGradients(RowBlock block, int count) {
        double[] inverses = block.sums;
        for (int i = 0; i < count; i++) {
            inverses[i] = 1.0 / inverses[i];
        }
        double factor = block.numOutputs() / (block.numOutputs() - 1.0);
        for (int k = 0; k < block.numOutputs(); k++) {
            takeGradients(inverses, factor, count, block.gradients[k], block.hessians[k]);
        }
        for (int i = 0; i < count; i++) {
            int label = classIndex(block.labels[i], block.numOutputs());
            if (label >= 0) {
                block.gradients[label][i] -= 1.0;
            }
        }
    }

    private static void takeGradients(
            double[] inverses, double factor, int count, double[] gradients, double[] hessians) {
        for (int i = 0; i < count; i++) {
            double p = gradients[i] * inverses[i];
            gradients[i] = p;
            hessians[i] = (p * (1.0 - p)) * factor;
        }
    }

    private static void takeLosses(RowBlock block, int count, double[] losses) {
        for (int i = 0; i < count; i++) {
            int label = classIndex(block.labels[i], block.numOutputs());
            losses[i] = block.maxima[i] - (label < 0 ? Double.NaN : block.scores[label][i]);
        }
        double[] sums = block.sums;
        for (int i = 0; i < count; i++) {
            losses[i] += FixedMath.log(sums[i]);
        }
    }

    /** Fills maxima, sums and, in place of the gradients, the exponentials. */
    private static void sumExponentials(RowBlock block, int count) {
        double[] maxima = block.maxima;
        Arrays.fill(maxima, 0, count, Double.NEGATIVE_INFINITY);
        for (double[] ofClass : block.scores) {
            for (int i = 0; i < count; i++) {
                maxima[i] = Math.max(maxima[i], ofClass[i]);
            }
        }
        Arrays.fill(block.sums, 0, count, 0.0);
        for (int k = 0; k < block.numOutputs(); k++) {
            addExponentials(block.scores[k], maxima, count, block.gradients[k], block.sums);
        }
    }

    private static void addExponentials(
            double[] scores, double[] maxima, int count, double[] exponentials, double[] sums) {
        for (int i = 0; i < count; i++) {
            double e = FixedMath.exp(scores[i] - maxima[i]);
            exponentials[i] = e;
            sums[i] += e;
        }
    }

    /** The class of a label, or -1 where it is none. */
    private static int classIndex(double label, int numClasses) {
        int index = (int) label;
        return index == label && index >= 0 && index < numClasses ? index : -1;
    }
}
