package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a trial of a search did in a rung.
 *
 * @param trial number of the trial, from 0
 * @param rung number of the rung, from 0
 * @param rounds rounds or epochs that its model keeps
 * @param value of the search's metric on the validation rows, of that model
 * @param seconds wall-clock time of this rung's part of the training
 */
public record TrialReport(int trial, int rung, int rounds, double value, double seconds) {

    /** As the metrics of a {@link RoundReport}, which is how it comes to the driver. */
    public Map<String, Double> toMetrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("trial", (double) trial);
        metrics.put("rung", (double) rung);
        metrics.put("rounds", (double) rounds);
        metrics.put("value", value);
        metrics.put("seconds", seconds);
        return metrics;
    }

    /** @param report whose metrics {@link #toMetrics} has made */
    public static TrialReport of(RoundReport report) {
        Map<String, Double> metrics = report.metrics();
        return new TrialReport(
                metrics.getOrDefault("trial", -1.0).intValue(),
                metrics.getOrDefault("rung", -1.0).intValue(),
                metrics.getOrDefault("rounds", -1.0).intValue(),
                metrics.getOrDefault("value", Double.NaN),
                metrics.getOrDefault("seconds", Double.NaN));
    }
}
