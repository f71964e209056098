package org.sparkmlext.ml.training;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.BoostedRegressorParams;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;

/** What kind of model is trained. */
public enum Algorithm {
    /** Boosted trees for classes: labels 0 to k-1, or texts. */
    CLASSIFIER,
    /** Boosted trees for numbers. */
    REGRESSOR,
    /** A convolutional network for the classes of images. */
    CNN_CLASSIFIER,
    /** A convolutional network for numbers that images show. */
    CNN_REGRESSOR,
    /** A recurrent network for the classes of sequences. */
    LSTM_CLASSIFIER,
    /** A recurrent network for numbers that follow from sequences. */
    LSTM_REGRESSOR;

    /** The name on the command line: {@code cnn-classifier}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether labels are classes rather than numbers. */
    public boolean hasClasses() {
        return this == CLASSIFIER || this == CNN_CLASSIFIER || this == LSTM_CLASSIFIER;
    }

    /** Whether it is a network, which trains in epochs. */
    public boolean isNetwork() {
        return this != CLASSIFIER && this != REGRESSOR;
    }

    /**
     * The one asked for, or else the one of boosted trees that has the objective among the settings.
     *
     * @param asked its name, of any case; null = none was asked for
     * @param settings Params by name
     * @throws BadInputException if there is no such algorithm; suggests the nearest
     */
    public static Algorithm of(@Nullable String asked, Map<String, String> settings) {
        if (asked == null) {
            String objective = settings.getOrDefault("objective", "").strip().toLowerCase(Locale.ROOT);
            return BoostedRegressorParams.OBJECTIVES.contains(objective) ? REGRESSOR : CLASSIFIER;
        }
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.text().equalsIgnoreCase(asked.strip()))
                .findFirst()
                .orElseThrow(() -> new BadInputException(NearestName.unknown("algorithm", asked, names())));
    }

    private static List<String> names() {
        return Arrays.stream(values()).map(Algorithm::text).toList();
    }
}
