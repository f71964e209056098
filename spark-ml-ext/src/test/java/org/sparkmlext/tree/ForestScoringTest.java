package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The flat layout scores to the bit what walking one tree after another gives. */
class ForestScoringTest {

    private static float[] plainly(Forest forest, float[] rows, int from, int rounds) {
        float[] scores = forest.baseScores();
        for (int t = 0; t < rounds * forest.numOutputs(); t++) {
            scores[t % forest.numOutputs()] += forest.nodes().leafValue(t, rows, from);
        }
        return scores;
    }

    private static float[] row(float[] rows, int r, int numFeatures) {
        return Arrays.copyOfRange(rows, r * numFeatures, (r + 1) * numFeatures);
    }

    /** Features, outputs, rounds, most leaves; 40,000 features do not fit the flat layout. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1",
        "1, 1, 1, 2",
        "3, 1, 5, 2",
        "4, 1, 7, 63",
        "28, 1, 40, 63",
        "5, 2, 4, 31",
        "5, 3, 9, 8",
        "7, 4, 3, 15",
        "2, 5, 61, 9",
        "3, 1, 600, 5",
        "40000, 1, 5, 9",
        "40000, 3, 2, 9",
        "32768, 2, 3, 9"
    })
    void scoresToTheBit(int numFeatures, int numOutputs, int rounds, int maxLeaves) {
        for (long seed = 0; seed < (numFeatures > 1000 ? 2 : 20); seed++) {
            RandomForests random = new RandomForests(seed);
            Forest forest = random.forest(numFeatures, numOutputs, rounds, maxLeaves);
            int numRows = numFeatures > 1000 ? 3 : 150;
            float[] rows = random.rows(numRows, numFeatures);
            float[] scores = new float[numRows * numOutputs];
            forest.rawScores(rows, numRows, scores);
            for (int r = 0; r < numRows; r++) {
                float[] wanted = plainly(forest, rows, r * numFeatures, rounds);
                assertThat(forest.rawScores(row(rows, r, numFeatures))).isEqualTo(wanted);
                assertThat(row(scores, r, numOutputs)).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aTreeTooLargeForTheFlatLayoutScores() {
        RandomForests random = new RandomForests(5);
        Forest forest = random.forest(3, 1, 2, 1);
        int leaves = 40_000;
        ForestNodes chain = chain(leaves);
        Forest large = new Forest(forest.featureNames(), "any", new float[1], chain);
        for (int at : new int[] {0, 1, 20_000, leaves - 2, leaves}) {
            assertThat(large.rawScore(new float[] {at + 0.5f, 0, 0})).isEqualTo(Math.min(at, leaves - 1));
            assertThat(large.leaves(new float[] {at + 0.5f, 0, 0})).containsExactly(Math.min(at, leaves - 1));
        }
    }

    /** One tree: leaf i has value i and takes values from i to i + 1. */
    private static ForestNodes chain(int leaves) {
        int n = 2 * leaves - 1;
        int[] features = new int[n];
        float[] thresholds = new float[n];
        int[] left = new int[n];
        int[] right = new int[n];
        float[] values = new float[n];
        for (int i = 0; i < leaves - 1; i++) {
            thresholds[2 * i] = i + 1;
            left[2 * i] = 2 * i + 1;
            right[2 * i] = 2 * i + 2;
            features[2 * i + 1] = -1;
            values[2 * i + 1] = i;
        }
        features[n - 1] = -1;
        values[n - 1] = leaves - 1;
        return new ForestNodes(
                new int[] {0, n}, features, thresholds, new byte[n], left, right, values, new float[n], new float[n]);
    }

    @Test
    void roundsLimitTheTrees() {
        RandomForests random = new RandomForests(1);
        Forest forest = random.forest(4, 3, 10, 9);
        float[] row = random.rows(1, 4);
        for (int rounds = 0; rounds <= 10; rounds++) {
            assertThat(forest.rawScores(row, rounds)).isEqualTo(plainly(forest, row, 0, rounds));
        }
        assertThat(forest.rawScores(row, 0)).isEqualTo(forest.baseScores());
        assertThatThrownBy(() -> forest.rawScores(row, 11))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rounds is 11; allowed: 0 to 10");
        assertThatThrownBy(() -> forest.rawScores(row, -1)).hasMessageContaining("rounds is -1");
    }

    @Test
    void leavesAreNumberedFromLeftToRight() {
        ForestNodes nodes = new ForestNodes(
                new int[] {0, 5, 6},
                new int[] {0, -1, 0, -1, -1, -1},
                new float[] {10, 0, 5, 0, 0, 0},
                new byte[6],
                // The left child of the root is split again: its leaves are 0 and 1, the right child is leaf 2.
                new int[] {2, -1, 3, -1, -1, -1},
                new int[] {1, -1, 4, -1, -1, -1},
                new float[6],
                new float[6],
                new float[6]);
        Forest forest = new Forest(java.util.List.of("x"), "any", new float[1], nodes);
        assertThat(forest.leaves(new float[] {1})).containsExactly(0, 0);
        assertThat(forest.leaves(new float[] {7})).containsExactly(1, 0);
        assertThat(forest.leaves(new float[] {10})).containsExactly(2, 0);
        assertThat(forest.leaves(new float[] {Float.NaN})).containsExactly(2, 0);
    }

    @Test
    void leavesOfAnyForestAreThoseOfThePlainWalk() {
        RandomForests random = new RandomForests(9);
        Forest forest = random.forest(6, 2, 11, 20);
        float[] rows = random.rows(100, 6);
        int[] numbers = forest.nodes().leafNumbers();
        for (int r = 0; r < 100; r++) {
            int from = r * 6;
            int[] wanted = new int[forest.numTrees()];
            Arrays.setAll(wanted, t -> numbers[forest.nodes().leaf(t, rows, from)]);
            assertThat(forest.leaves(row(rows, r, 6))).isEqualTo(wanted);
        }
    }
}
