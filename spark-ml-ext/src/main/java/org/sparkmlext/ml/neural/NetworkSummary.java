package org.sparkmlext.ml.neural;

import java.util.List;
import org.sparkmlext.ml.picture.LearningCurve;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingReport;

/**
 * How a network came about. Saved with the model, beside its numbers: seconds differ from run to run where the model does not.
 *
 * @param report workers, devices, attempts, seconds by phase, and every epoch's metrics
 */
public record NetworkSummary(TrainingReport report) {

    /** Every epoch's report, in order. */
    public List<RoundReport> epochs() {
        return report.rounds();
    }

    /**
     * A metric's course, one value an epoch.
     *
     * @param metric such as {@code train-loss}, {@code validation-accuracy}
     * @throws IllegalArgumentException if it was not measured; the message lists those that were
     */
    public double[] metric(String metric) {
        return epochs().stream()
                .mapToDouble(epoch -> {
                    Double value = epoch.metrics().get(metric);
                    if (value == null) {
                        throw new IllegalArgumentException("metric is '" + metric + "'; measured were: "
                                + String.join(", ", epoch.metrics().keySet()));
                    }
                    return value;
                })
                .toArray();
    }

    /**
     * Which epoch was the best by a metric, the first of equal ones: the largest accuracy, the least of any other.
     *
     * @param metric as of {@link #metric}
     * @return its place in {@link #epochs}; -1 where there is no epoch with a number
     * @throws IllegalArgumentException as of {@link #metric}
     */
    public int bestEpoch(String metric) {
        double sign = metric.endsWith("accuracy") ? -1 : 1;
        double[] course = metric(metric);
        int best = -1;
        for (int epoch = 0; epoch < course.length; epoch++) {
            boolean isBetter = best < 0 || sign * course[epoch] < sign * course[best];
            best = Double.isFinite(course[epoch]) && isBetter ? epoch : best;
        }
        return best;
    }

    /** The metrics as lines of comma-separated values, a header first. */
    public String toCsv() {
        StringBuilder csv = new StringBuilder("epoch");
        List<String> names = epochs().isEmpty()
                ? List.of()
                : List.copyOf(epochs().get(0).metrics().keySet());
        names.forEach(name -> csv.append(',').append(name));
        for (RoundReport epoch : epochs()) {
            csv.append('\n').append(epoch.round() + 1);
            names.forEach(name -> csv.append(',').append(epoch.metrics().get(name)));
        }
        return csv.append('\n').toString();
    }

    /** The metrics as a picture: an SVG document. */
    public String learningCurve() {
        return LearningCurve.svg(epochs(), "epoch");
    }
}
