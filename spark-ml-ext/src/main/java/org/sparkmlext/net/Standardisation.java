package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;

/**
 * Means and deviations that bring numbers to the size of 1: {@code (x - mean) / deviation}. One pair a feature or target; {@link #NONE}
 * leaves numbers as they are. Applied on the host, when rows are fed and predictions are read, so that padding stays zero.
 *
 * @param mean one a feature
 * @param deviation one a feature, above 0
 */
public record Standardisation(List<Float> mean, List<Float> deviation) {

    /** Changes nothing. */
    public static final Standardisation NONE = new Standardisation(List.of(), List.of());

    private static final String MEAN = "mean";
    private static final String DEVIATION = "deviation";

    public Standardisation {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != deviation.size()
                || !mean.stream().allMatch(Float::isFinite)
                || !deviation.stream().allMatch(d -> d > 0 && d < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("means are " + mean + " and deviations " + deviation
                    + "; allowed: one of each a feature, all finite, deviations above 0");
        }
    }

    /**
     * Of numbers as they were found; a feature that never changes has the deviation 1.
     *
     * @param deviation at least 0
     */
    static Standardisation of(double[] mean, double[] deviation) {
        List<Float> means = new ArrayList<>();
        List<Float> deviations = new ArrayList<>();
        for (int i = 0; i < mean.length; i++) {
            means.add((float) mean[i]);
            float narrow = (float) deviation[i];
            deviations.add(narrow > 0 ? narrow : 1);
        }
        return new Standardisation(means, deviations);
    }

    /** Whether numbers stay as they are. */
    public boolean isNone() {
        return mean.isEmpty();
    }

    /** Numbers to work with for many rows. */
    Scale scale() {
        float[] means = new float[mean.size()];
        float[] deviations = new float[mean.size()];
        for (int i = 0; i < means.length; i++) {
            means[i] = mean.get(i);
            deviations[i] = deviation.get(i);
        }
        return new Scale(means, deviations);
    }

    void write(FieldWriter fields) {
        if (!isNone()) {
            fields.put(MEAN, mean).put(DEVIATION, deviation);
        }
    }

    static Standardisation read(JsonFields fields) {
        return new Standardisation(fields.numbers(MEAN, List.of()), fields.numbers(DEVIATION, List.of()));
    }

    /** The same in arrays. */
    static final class Scale {
        private final float[] mean;
        private final float[] deviation;

        private Scale(float[] mean, float[] deviation) {
            this.mean = mean;
            this.deviation = deviation;
        }

        boolean isNone() {
            return mean.length == 0;
        }

        /**
         * Standardises {@code values[from .. from + count)}, one after the other of each feature; where they are a multiple of the
         * features, so many neighbours are of one.
         */
        void apply(float[] values, int from, int count) {
            if (isNone()) {
                return;
            }
            int each = count / mean.length;
            for (int i = 0; i < count; i++) {
                values[from + i] = (values[from + i] - mean[i / each]) / deviation[i / each];
            }
        }

        /** Takes {@link #apply} back. */
        void undo(float[] values, int from, int count) {
            if (isNone()) {
                return;
            }
            int each = count / mean.length;
            for (int i = 0; i < count; i++) {
                values[from + i] = values[from + i] * deviation[i / each] + mean[i / each];
            }
        }
    }
}
