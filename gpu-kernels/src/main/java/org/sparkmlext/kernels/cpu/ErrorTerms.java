package org.sparkmlext.kernels.cpu;

import java.util.Arrays;

/** ERROR of one score a row, MULTI_ERROR of several. */
final class ErrorTerms implements MetricTerms {

    private static final long INFINITY_BITS = 0x7FF0000000000000L;

    @Override
    public boolean isIndicator() {
        return true;
    }

    @Override
    public void fill(RowBlock block, int count) {
        if (block.numOutputs() == 1) {
            fillError(block.scores[0], block.labels, count, block.terms);
        } else {
            fillMultiError(block, count);
        }
    }

    private static void fillError(double[] scores, double[] labels, int count, double[] terms) {
        for (int i = 0; i < count; i++) {
            terms[i] = isPositive(scores[i]) ^ isPositive(labels[i] - 0.5);
        }
    }

    /** 1 for a number above 0, else 0, NaN included; from its bits, since a branch on it could not be predicted. */
    private static long isPositive(double x) {
        long bits = Double.doubleToRawLongBits(x);
        long isAboveZero = (-bits & ~bits) >>> 63;
        long isNan = (INFINITY_BITS - (bits & Long.MAX_VALUE)) >>> 63;
        return isAboveZero & ~isNan;
    }

    private static void fillMultiError(RowBlock block, int count) {
        double[] best = block.maxima;
        double[] winners = block.terms;
        System.arraycopy(block.scores[0], 0, best, 0, count);
        Arrays.fill(winners, 0, count, 0.0);
        for (int k = 1; k < block.numOutputs(); k++) {
            double[] own = block.scores[k];
            for (int i = 0; i < count; i++) {
                if (own[i] > best[i]) {
                    best[i] = own[i];
                    winners[i] = k;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            winners[i] = winners[i] == block.labels[i] ? 0.0 : 1.0;
        }
    }
}
