package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingReport;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestCodec;
import org.sparkmlext.tree.ForestNodes;

/**
 * A forest small enough to score by head. Tree 0: {@code a < 1} or missing gives -2, else {@code b < 10} gives 0.5 and the
 * rest, missing too, 3. Tree 1: 0.25. Base score 0.
 */
final class HandMadeForest {

    private HandMadeForest() {}

    static Forest forest(String... names) {
        return new Forest(
                List.of(names),
                "logistic",
                new float[] {0f},
                new ForestNodes(
                        new int[] {0, 5, 6},
                        new int[] {0, -1, 1, -1, -1, -1},
                        new float[] {1, 0, 10, 0, 0, 0},
                        new byte[] {1, 0, 0, 0, 0, 0},
                        new int[] {1, -1, 3, -1, -1, -1},
                        new int[] {2, -1, 4, -1, -1, -1},
                        new float[] {0, -2, 0, 0.5f, 3, 0.25f},
                        new float[] {3, 0, 1, 0, 0, 0},
                        new float[] {9, 4, 5, 2, 3, 9}));
    }

    /** One round of three classes on one feature: below 1 the scores are 3, 0, 1; else or missing 0, 2, 1. */
    static Forest ofThreeClasses(String name) {
        return new Forest(
                List.of(name),
                "softmax",
                new float[] {0, 0, 1},
                new ForestNodes(
                        new int[] {0, 3, 6, 7},
                        new int[] {0, -1, -1, 0, -1, -1, -1},
                        new float[] {1, 0, 0, 1, 0, 0, 0},
                        new byte[7],
                        new int[] {1, -1, -1, 4, -1, -1, -1},
                        new int[] {2, -1, -1, 5, -1, -1, -1},
                        new float[] {0, 3, 0, 0, 0, 2, 0},
                        new float[] {1, 0, 0, 1, 0, 0, 0},
                        new float[7]));
    }

    static byte[] bytes(Forest forest) {
        return ForestCodec.write(forest);
    }

    /** A model on columns a and b. */
    static BoostedTreesClassificationModel model() {
        return model("handMade", true, "a", "b");
    }

    static BoostedTreesClassificationModel model(String uid, boolean hasGivenNames, String... names) {
        return model(uid, hasGivenNames, forest(names));
    }

    static BoostedTreesClassificationModel model(String uid, boolean hasGivenNames, Forest forest) {
        try {
            return new BoostedTreesClassificationModel(
                    uid,
                    new FittedForest(
                            EncodedForest.of(bytes(forest)),
                            hasGivenNames,
                            new BoostingSummary(report(), forest.numRounds())));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static TrainingReport report() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("scan", 0.25);
        seconds.put("train", 1.5);
        return new TrainingReport(
                2,
                1,
                List.of("cpu 0", "cpu 1"),
                List.of(50L, 51L),
                List.of(
                        new RoundReport(0, 2, Map.of("train-logloss", 0.6), 101),
                        new RoundReport(1, 2, Map.of("train-logloss", Double.NaN), 101)),
                1,
                seconds);
    }

    /** Log-odds of the trees, worked out as the class comment says. */
    static double score(Double a, Double b) {
        if (a == null || a.isNaN() || a < 1) {
            return -1.75;
        }
        return b != null && b < 10 ? 0.75 : 3.25;
    }
}
