package org.sparkmlext.ml.stage;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands in a model's columns, for scoring by batches of rows. */
public interface OutputValues extends Serializable {

    /** Appends the values of a raw prediction: one number a class, or a raw score an output. */
    void append(double[] rawPrediction, List<@Nullable Object> values);

    /** Appends what stands for a row that cannot be scored: NaN throughout. */
    void appendMissing(List<@Nullable Object> values);
}
