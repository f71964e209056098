package org.sparkmlext.ml.stage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.sparkmlext.training.TrainingReport;

/** A {@link TrainingReport} as JSON, one field a component. */
public final class SummaryJson {

    // A field that a later version adds must not keep a model from loading.
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private SummaryJson() {}

    public static String write(TrainingReport report) throws IOException {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report);
    }

    /** @throws IOException if the text is no report */
    public static TrainingReport read(String json) throws IOException {
        return JSON.readValue(json, TrainingReport.class);
    }
}
