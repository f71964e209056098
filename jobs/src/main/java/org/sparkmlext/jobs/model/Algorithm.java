package org.sparkmlext.jobs.model;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.BoostedRegressorParams;

/** What kind of model is trained. */
public enum Algorithm {
    /** Classes: labels 0 to k-1, or texts. */
    CLASSIFIER,
    /** Numbers. */
    REGRESSOR;

    /**
     * The one asked for, or else the one that has the objective among the settings.
     *
     * @param settings Params by name
     */
    public static Algorithm of(@Nullable Algorithm asked, Map<String, String> settings) {
        if (asked != null) {
            return asked;
        }
        String objective = settings.getOrDefault("objective", "").strip().toLowerCase(Locale.ROOT);
        return BoostedRegressorParams.OBJECTIVES.contains(objective) ? REGRESSOR : CLASSIFIER;
    }
}
