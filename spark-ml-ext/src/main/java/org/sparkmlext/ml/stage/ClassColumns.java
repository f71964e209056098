package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Spark's standard columns of a classifier; one whose name is empty is left out.
 *
 * @param numClasses length of the vectors; -1 where it is not known yet
 */
record ClassColumns(String rawPrediction, String probability, String prediction, int numClasses) {

    /** @param thresholds see {@link ClassScorer#prediction} */
    List<ScoredColumn<ClassScorer>> columns(double @Nullable [] thresholds) {
        List<ScoredColumn<ClassScorer>> columns = new ArrayList<>();
        if (!rawPrediction.isEmpty()) {
            columns.add(new ScoredColumn.Raw<>(ScoredColumn.vectorField(rawPrediction, numClasses)));
        }
        if (!probability.isEmpty()) {
            columns.add(new ScoredColumn.OfRaw<>(
                    ScoredColumn.vectorField(probability, numClasses), ClassScorer::probability));
        }
        if (!prediction.isEmpty()) {
            columns.add(new ScoredColumn.OfRaw<>(classField(), (scorer, raw) -> scorer.prediction(raw, thresholds)));
        }
        return columns;
    }

    private StructField classField() {
        NominalAttribute attribute = NominalAttribute.defaultAttr().withName(prediction);
        return (numClasses < 0 ? attribute : attribute.withNumValues(numClasses)).toStructField();
    }
}
