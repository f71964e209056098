package org.sparkmlext.ml.boosting;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sparkmlext.ml.picture.LearningCurve;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingReport;

/**
 * How a model came about. Saved with the model, beside and not inside its model file: seconds and devices differ from run
 * to run where the model does not.
 *
 * @param report workers, devices, attempts, seconds by phase, and every round's metrics
 * @param keptRounds rounds of this fit whose trees the model has: fewer than were trained where training stopped early; those
 *     of an initial model are not counted
 */
public record BoostingSummary(TrainingReport report, int keptRounds) {

    /** Every round's report, in order, those after the best one included. */
    public List<RoundReport> rounds() {
        return report.rounds();
    }

    /** Round of this fit, from 0, of the last trees kept: the best one of early stopping, else the last; -1 for no tree. */
    public int bestIteration() {
        return keptRounds - 1;
    }

    /**
     * A metric's course, round by round; NaN for rounds that did not measure it, as {@code trainingMetricPeriod} says.
     *
     * @param metric such as {@code train-logloss}, {@code validation-logloss}
     * @throws IllegalArgumentException if no round measured it; names those that were measured
     */
    public double[] metric(String metric) {
        Set<String> measured = new LinkedHashSet<>();
        rounds().forEach(round -> measured.addAll(round.metrics().keySet()));
        if (!measured.contains(metric)) {
            throw new IllegalArgumentException(
                    "metric is '" + metric + "'; measured were: "
                            + (measured.isEmpty() ? "none" : String.join(", ", measured))
                            + ". Metrics of the training rows (train-...) need a trainingMetricPeriod of 1 to the number of rounds");
        }
        return rounds().stream()
                .mapToDouble(round -> round.metrics().getOrDefault(metric, Double.NaN))
                .toArray();
    }

    /** The metrics as a picture: an SVG document. */
    public String learningCurve() {
        return LearningCurve.svg(rounds(), "round");
    }
}
