package org.sparkmlext.kernels.cpu;

import java.util.Arrays;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.RowMetric;

/** The metrics of classifiers: LOGLOSS, ERROR, MULTI_LOGLOSS, MULTI_ERROR. */
final class ClassTerms implements MetricTerms {

    private final RowMetric.Kind kind;
    private final float[][] scores;
    private final float[] labels;

    ClassTerms(RowMetric.Kind kind, float[][] scores, float[] labels) {
        this.kind = kind;
        this.scores = scores;
        this.labels = labels;
    }

    @Override
    public boolean isIndicator() {
        return kind == RowMetric.Kind.ERROR || kind == RowMetric.Kind.MULTI_ERROR;
    }

    @Override
    public void fill(int begin, int count, RowBlock block) {
        switch (kind) {
            case LOGLOSS -> fillLogLoss(begin, count, block.terms);
            case ERROR -> fillError(begin, count, block.terms);
            case MULTI_LOGLOSS -> new SoftmaxRows(scores, labels).fillLosses(begin, count, block);
            default -> fillMultiError(begin, count, block);
        }
    }

    private void fillLogLoss(int begin, int count, double[] terms) {
        float[] own = scores[0];
        for (int i = 0; i < count; i++) {
            terms[i] = FixedMath.exp(-Math.abs((double) own[begin + i]));
        }
        LogisticRows.takeLosses(own, labels, begin, count, terms);
    }

    private void fillError(int begin, int count, double[] terms) {
        float[] own = scores[0];
        for (int i = 0; i < count; i++) {
            // As numbers, since whether a row is wrong cannot be predicted.
            int isOne = own[begin + i] > 0 ? 1 : 0;
            int wanted = labels[begin + i] > 0.5f ? 1 : 0;
            terms[i] = isOne ^ wanted;
        }
    }

    private void fillMultiError(int begin, int count, RowBlock block) {
        double[] best = block.maxima;
        double[] winners = block.terms;
        for (int i = 0; i < count; i++) {
            best[i] = scores[0][begin + i];
        }
        Arrays.fill(winners, 0, count, 0.0);
        for (int k = 1; k < scores.length; k++) {
            float[] own = scores[k];
            for (int i = 0; i < count; i++) {
                if (own[begin + i] > best[i]) {
                    best[i] = own[begin + i];
                    winners[i] = k;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            winners[i] = winners[i] == labels[begin + i] ? 0.0 : 1.0;
        }
    }
}
