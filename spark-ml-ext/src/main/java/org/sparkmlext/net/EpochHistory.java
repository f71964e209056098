package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of every epoch, and what early stopping and the choice of the best epoch make of them. All ranks see the same numbers
 * and decide alike.
 */
final class EpochHistory {

    static final String ACCURACY = "accuracy";

    private final String watched;
    private final boolean isLargerBetter;
    private final int earlyStoppingRounds;
    private final List<Map<String, Double>> epochs = new ArrayList<>();
    private int best = -1;

    /**
     * @param watched full name of the metric that says which epoch is the best, e.g. {@code validation-loss}
     * @param earlyStoppingRounds epochs without a better one after which training stops; 0 = never
     */
    EpochHistory(String watched, int earlyStoppingRounds) {
        this.watched = watched;
        this.isLargerBetter = watched.endsWith(ACCURACY);
        this.earlyStoppingRounds = earlyStoppingRounds;
    }

    /** Takes an epoch in and tells whether it is the best so far; of equal ones the first is. */
    boolean add(Map<String, Double> metrics) {
        epochs.add(new LinkedHashMap<>(metrics));
        double value = value(epochs.size() - 1);
        boolean isBest = best < 0 || (isLargerBetter ? value > value(best) : value < value(best));
        if (isBest) {
            best = epochs.size() - 1;
        }
        return isBest;
    }

    private double value(int epoch) {
        Double value = epochs.get(epoch).get(watched);
        if (value == null) {
            throw new IllegalStateException("the metrics of epoch " + epoch + " lack '" + watched + "': "
                    + epochs.get(epoch).keySet());
        }
        return value;
    }

    /** The watched metric of the last epoch, for schedules that follow it. */
    double latest() {
        return value(epochs.size() - 1);
    }

    boolean isLargerBetter() {
        return isLargerBetter;
    }

    boolean shouldStop() {
        return earlyStoppingRounds > 0 && epochs.size() - 1 - best >= earlyStoppingRounds;
    }

    /** Epochs so far. */
    int size() {
        return epochs.size();
    }

    /** Number of the best epoch, from 0; -1 before the first. */
    int best() {
        return best;
    }

    /** Metrics of all epochs, in order. */
    List<Map<String, Double>> epochs() {
        return List.copyOf(epochs);
    }
}
