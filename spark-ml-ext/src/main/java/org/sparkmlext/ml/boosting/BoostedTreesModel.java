package org.sparkmlext.ml.boosting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.sparkmlext.tree.Forest;

/** What every model of boosted trees tells of its trees. */
public interface BoostedTreesModel {

    /**
     * The trees.
     *
     * @throws IllegalStateException if the model was constructed, not fitted or loaded
     */
    Forest forest();

    /** Names of the features in the model's order. */
    List<String> featureNames();

    /** Whether the model knows how it came about. */
    boolean hasSummary();

    /**
     * How the model came about.
     *
     * @throws IllegalStateException if it does not know
     */
    BoostingSummary summary();

    /** Rounds of training whose trees the model has, one tree a raw score each: with early stopping up to the best. */
    default int numRounds() {
        return forest().numRounds();
    }

    /** Nodes of all trees, leaves included. */
    default int totalNumNodes() {
        return forest().nodes().numNodes();
    }

    /** Share of the loss reduction each feature brought, in the order of {@link #featureNames}; adds up to 1. */
    default Vector featureImportances() {
        return new DenseVector(forest().importances(Forest.ImportanceKind.GAIN));
    }

    /** Importance of each feature by name, the largest first, equal ones in feature order. */
    default Map<String, Double> featureImportancesByName(Forest.ImportanceKind kind) {
        double[] importances = forest().importances(kind);
        List<String> names = featureNames();
        Map<String, Double> byName = new LinkedHashMap<>();
        IntStream.range(0, importances.length)
                .boxed()
                .sorted((a, b) -> Double.compare(importances[b], importances[a]))
                .forEach(f -> byName.put(names.get(f), importances[f]));
        return byName;
    }

    /** All trees as text. */
    default String toDebugString() {
        return this + "\n" + ForestText.describe(forest());
    }
}
