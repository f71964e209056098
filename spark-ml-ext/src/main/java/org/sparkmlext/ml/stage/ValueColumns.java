package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.attribute.NumericAttribute;

/**
 * Spark's standard column of a regressor, and one for the values of all outputs; one whose name is empty is left out.
 *
 * @param prediction name of the column of the one number to predict
 * @param values name of the vector column of all outputs
 * @param numOutputs length of the vectors; -1 where it is not known yet
 */
record ValueColumns(String prediction, String values, int numOutputs) {

    List<ScoredColumn<ValueScorer>> columns() {
        List<ScoredColumn<ValueScorer>> columns = new ArrayList<>();
        if (!prediction.isEmpty()) {
            columns.add(new ScoredColumn.OfRaw<>(
                    NumericAttribute.defaultAttr().withName(prediction).toStructField(), ValueScorer::prediction));
        }
        if (!values.isEmpty()) {
            columns.add(new ScoredColumn.OfRaw<>(ScoredColumn.vectorField(values, numOutputs), ValueScorer::values));
        }
        return columns;
    }
}
