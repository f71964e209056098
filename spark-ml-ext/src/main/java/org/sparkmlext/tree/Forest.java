package org.sparkmlext.tree;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained model: trees over raw feature values, flat.
 *
 * <p>Nodes of all trees stand one after another; children are indices into the same arrays. A value goes left when it is
 * smaller than the node's threshold, compared as float32; a missing value (NaN) goes to the node's default side. A model has
 * one raw score a row or several (one a class, one a quantile level); each round of training grew one tree for each, so tree
 * t adds to score {@code t % numOutputs}. A raw score is its base score plus each tree's leaf value, added as float32 in
 * tree order: the same bits as in training. Immutable and thread-safe.
 */
public final class Forest {

    private final List<String> featureNames;
    private final String objective;
    private final float[] baseScores;
    private final ForestNodes nodes;
    private final int[] leafNumbers;
    private final @Nullable FlatTrees flat;

    /**
     * @param objective name of the loss that was minimised
     * @param baseScores raw scores of a row before the first tree, one an output
     * @throws IllegalArgumentException if there is no base score, or outputs differ in their number of trees
     */
    public Forest(List<String> featureNames, String objective, float[] baseScores, ForestNodes nodes) {
        if (baseScores.length == 0 || nodes.numTrees() % baseScores.length != 0) {
            throw new IllegalArgumentException("a forest of " + nodes.numTrees() + " trees has " + baseScores.length
                    + " base scores; it needs at least one, and as many trees for each");
        }
        this.featureNames = List.copyOf(featureNames);
        this.objective = objective;
        this.baseScores = baseScores.clone();
        this.nodes = nodes;
        this.leafNumbers = nodes.leafNumbers();
        this.flat = FlatTrees.of(nodes, featureNames.size());
    }

    public List<String> featureNames() {
        return featureNames;
    }

    public int numFeatures() {
        return featureNames.size();
    }

    /** Name of the loss that was minimised; what it is called by {@code objective}. */
    public String objective() {
        return objective;
    }

    /** Raw scores a row has. */
    public int numOutputs() {
        return baseScores.length;
    }

    /** Raw scores of a row before the first tree; a copy. */
    public float[] baseScores() {
        return baseScores.clone();
    }

    /** The flat arrays. */
    public ForestNodes nodes() {
        return nodes;
    }

    public int numTrees() {
        return nodes.numTrees();
    }

    /** Rounds of training, each of which left one tree an output. */
    public int numRounds() {
        return numTrees() / numOutputs();
    }

    /** The same trees under other names of the features, as many; for models of vectors whose entries have no names. */
    public Forest withFeatureNames(List<String> names) {
        if (names.size() != numFeatures()) {
            throw new IllegalArgumentException(
                    names.size() + " names were given for a model of " + numFeatures() + " features");
        }
        return new Forest(names, objective, baseScores, nodes);
    }

    /** A forest of this one's trees and then those of {@code grown}, which was grown on this one's scores. */
    Forest followedBy(Forest grown) {
        return new Forest(featureNames, objective, baseScores, nodes.followedBy(grown.nodes));
    }

    /**
     * The raw score of one row of a model that has only one.
     *
     * @throws IllegalStateException if the model has several
     */
    public float rawScore(float[] row) {
        if (numOutputs() != 1) {
            throw new IllegalStateException(
                    "this model has " + numOutputs() + " raw scores a row (" + objective + "); ask for rawScores");
        }
        return rawScores(row)[0];
    }

    /** Raw scores of one row, one an output; {@code row} has {@link #numFeatures} values, missing is NaN. */
    public float[] rawScores(float[] row) {
        return rawScores(row, numRounds());
    }

    /**
     * Raw scores of one row as the model gave them after its first rounds.
     *
     * @param row {@link #numFeatures} values, missing is NaN
     * @param rounds from 0 (the base scores) to {@link #numRounds}
     */
    public float[] rawScores(float[] row, int rounds) {
        if (rounds < 0 || rounds > numRounds()) {
            throw new IllegalArgumentException(
                    "rounds is " + rounds + "; allowed: 0 to " + numRounds() + ", the rounds of this model");
        }
        checkLength(row);
        float[] scores = baseScores.clone();
        addTrees(row, rounds * numOutputs(), scores);
        return scores;
    }

    private void checkLength(float[] row) {
        if (row.length != numFeatures()) {
            throw new IllegalArgumentException(
                    "the row has " + row.length + " values; this model was trained on " + numFeatures() + " features");
        }
    }

    private void addTrees(float[] row, int trees, float[] scores) {
        if (flat == null) {
            addTreesPlainly(row, 0, trees, scores, 0);
            return;
        }
        addTrees(flat, row, 0, trees, new int[flat.numKeys()], new int[flat.numPositions()], scores, 0);
    }

    /**
     * Adds the first trees to the scores of one row. A method of its own, which the JIT compiles by itself: within the loop over
     * the rows of a block it makes slower code of the walk in most runs.
     *
     * @param keys scratch
     * @param positions scratch
     */
    private void addTrees(
            FlatTrees flat, float[] rows, int from, int trees, int[] keys, int[] positions, float[] scores, int at) {
        flat.keys(rows, from, keys);
        flat.walk(keys, trees, positions);
        addLeaves(flat, positions, trees, scores, at);
    }

    /** Adds the leaf values of the first trees to the scores of the row that start at {@code at}. */
    private void addLeaves(FlatTrees flat, int[] positions, int trees, float[] scores, int at) {
        int outputs = numOutputs();
        int output = 0;
        for (int t = 0; t < trees; t++) {
            scores[at + output] += flat.value(positions[t]);
            output = output + 1 == outputs ? 0 : output + 1;
        }
    }

    private void addTreesPlainly(float[] rows, int from, int trees, float[] scores, int at) {
        for (int t = 0; t < trees; t++) {
            scores[at + t % numOutputs()] += nodes.leafValue(t, rows, from);
        }
    }

    /**
     * Raw scores of a block of rows.
     *
     * @param rows row-major values, {@code rows[r * numFeatures + f]}, missing is NaN
     * @param numRows rows of the block
     * @param scores receives {@code numRows x numOutputs} raw scores, row-major
     */
    public void rawScores(float[] rows, int numRows, float[] scores) {
        int outputs = numOutputs();
        for (int r = 0; r < numRows; r++) {
            System.arraycopy(baseScores, 0, scores, r * outputs, outputs);
        }
        if (flat == null) {
            for (int r = 0; r < numRows; r++) {
                addTreesPlainly(rows, r * numFeatures(), numTrees(), scores, r * outputs);
            }
            return;
        }
        int[] keys = new int[flat.numKeys()];
        int[] positions = new int[flat.numPositions()];
        for (int r = 0; r < numRows; r++) {
            addTrees(flat, rows, r * numFeatures(), numTrees(), keys, positions, scores, r * outputs);
        }
    }

    /**
     * The leaf of each tree that a row falls into: its number among the leaves of its tree, from 0, left to right.
     *
     * @param row {@link #numFeatures} values, missing is NaN
     */
    public int[] leaves(float[] row) {
        checkLength(row);
        int[] leaves = new int[numTrees()];
        if (flat == null) {
            Arrays.setAll(leaves, t -> leafNumbers[nodes.leaf(t, row, 0)]);
            return leaves;
        }
        int[] keys = new int[flat.numKeys()];
        flat.keys(row, 0, keys);
        int[] positions = new int[flat.numPositions()];
        flat.walk(keys, numTrees(), positions);
        Arrays.setAll(leaves, t -> leafNumbers[flat.leaf(positions[t])]);
        return leaves;
    }

    /**
     * Importance of each feature over the trees of all outputs, in feature order.
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
