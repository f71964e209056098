package org.sparkmlext.ml.boosting;

import java.util.List;
import org.sparkmlext.ml.stage.ClassScorer;
import org.sparkmlext.ml.stage.ScoredColumn;
import org.sparkmlext.ml.stage.ValueScorer;

/** The column that {@code leafCol} names: the number of the leaf that a row falls into, one entry a tree. */
final class LeafColumn {

    private LeafColumn() {}

    /** None where the name is empty. */
    static List<ScoredColumn<ClassScorer>> ofClassifier(String name, int numTrees) {
        return name.isEmpty()
                ? List.of()
                : List.of(new ScoredColumn.OfFeatures<>(
                        ScoredColumn.vectorField(name, numTrees),
                        (scorer, row) -> ((ForestClassScorer) scorer).scores().leaves(row)));
    }

    /** None where the name is empty. */
    static List<ScoredColumn<ValueScorer>> ofRegressor(String name, int numTrees) {
        return name.isEmpty()
                ? List.of()
                : List.of(new ScoredColumn.OfFeatures<>(
                        ScoredColumn.vectorField(name, numTrees),
                        (scorer, row) -> ((ForestValueScorer) scorer).scores().leaves(row)));
    }
}
