package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;

/**
 * A trained model: trees over raw feature values, flat.
 *
 * <p>Nodes of all trees stand one after another; children are indices into the same arrays. A value goes left when it is
 * smaller than the node's threshold, compared as float32; a missing value (NaN) goes to the node's default side. The raw
 * score is the base score plus each tree's leaf value, added as float32 in tree order: the same bits as in training.
 * Immutable and thread-safe.
 */
public final class Forest {

    private final List<String> featureNames;
    private final float baseScore;
    private final ForestNodes nodes;

    public Forest(List<String> featureNames, float baseScore, ForestNodes nodes) {
        this.featureNames = List.copyOf(featureNames);
        this.baseScore = baseScore;
        this.nodes = nodes;
    }

    public List<String> featureNames() {
        return featureNames;
    }

    public int numFeatures() {
        return featureNames.size();
    }

    /** Raw score of a row before the first tree. */
    public float baseScore() {
        return baseScore;
    }

    /** The flat arrays. */
    public ForestNodes nodes() {
        return nodes;
    }

    public int numTrees() {
        return nodes.numTrees();
    }

    /** Raw score (log-odds for logistic loss) of one row; {@code row} has {@link #numFeatures} values, missing is NaN. */
    public float rawScore(float[] row) {
        if (row.length != numFeatures()) {
            throw new IllegalArgumentException(
                    "the row has " + row.length + " values; this model was trained on " + numFeatures() + " features");
        }
        float score = baseScore;
        for (int t = 0; t < nodes.numTrees(); t++) {
            score += nodes.leafValue(t, row);
        }
        return score;
    }

    /**
     * Raw scores of a block of rows, tree by tree.
     *
     * @param rows row-major values, {@code rows[r * numFeatures + f]}
     * @param numRows rows of the block
     * @param scores receives {@code numRows} raw scores
     */
    public void rawScores(float[] rows, int numRows, float[] scores) {
        Arrays.fill(scores, 0, numRows, baseScore);
        for (int t = 0; t < nodes.numTrees(); t++) {
            for (int r = 0; r < numRows; r++) {
                scores[r] += nodes.leafValue(t, rows, r * numFeatures());
            }
        }
    }

    /**
     * Importance of each feature, in feature order.
     *
     * @param kind what is summed over the splits on a feature
     * @return sums scaled to add up to 1, all 0 where the forest has no split
     */
    public double[] importances(ImportanceKind kind) {
        double[] sums = new double[numFeatures()];
        for (int n = 0; n < nodes.numNodes(); n++) {
            if (!nodes.isLeaf(n)) {
                sums[nodes.feature(n)] += kind == ImportanceKind.GAIN ? nodes.gain(n) : 1.0;
            }
        }
        double total = Arrays.stream(sums).sum();
        return total == 0 ? sums : Arrays.stream(sums).map(s -> s / total).toArray();
    }

    /** What an importance adds up. */
    public enum ImportanceKind {
        /** Loss reduction of the splits. */
        GAIN,
        /** Number of splits. */
        SPLIT
    }
}
