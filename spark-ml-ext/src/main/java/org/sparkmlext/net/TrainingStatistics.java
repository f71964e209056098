package org.sparkmlext.net;

import java.util.Arrays;
import org.sparkmlext.collective.Collective;

/**
 * Means and deviations of the training rows of all ranks: two passes in doubles, each rank's rows in their canonical order, ranks one
 * after the other, so that every rank gets the same bits. Rows count alike, whatever they weigh.
 */
final class TrainingStatistics {

    private TrainingStatistics() {}

    /** Numbers of the rows one after the other. */
    @FunctionalInterface
    interface Visitor {
        /** @param values a reused array of one number a feature */
        void visit(float[] values);
    }

    /** Has all rows visited. */
    @FunctionalInterface
    interface Rows {
        void forEach(Visitor visitor);
    }

    /**
     * Of each of so many features. Collective.
     *
     * @param rows of this rank, called twice
     */
    static Standardisation of(int features, Rows rows, Collective collective) {
        double[] sums = new double[features + 1];
        rows.forEach(values -> {
            for (int f = 0; f < features; f++) {
                sums[f] += values[f];
            }
            sums[features]++;
        });
        RankDoubles.sum(sums, collective);
        double count = sums[features];
        double[] mean = Arrays.stream(sums).limit(features).map(s -> s / count).toArray();
        double[] squares = new double[features];
        rows.forEach(values -> {
            for (int f = 0; f < features; f++) {
                double distance = values[f] - mean[f];
                squares[f] += distance * distance;
            }
        });
        RankDoubles.sum(squares, collective);
        return Standardisation.of(
                mean, Arrays.stream(squares).map(s -> Math.sqrt(s / count)).toArray());
    }
}
