package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

/** What executors score with, after the journey. */
class EncodedForestTest {

    @Test
    void scoresTheSameAfterTheJourneyToAnExecutor() throws Exception {
        EncodedForest here = HandMadeForest.model().fittedForest().encoded();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(sent)) {
            out.writeObject(here);
        }
        // Little more than the model file: the decoded forest stays behind.
        assertThat(sent.size()).isLessThan(here.bytes().length + 300);
        EncodedForest there;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(sent.toByteArray()))) {
            there = (EncodedForest) in.readObject();
        }
        float[] row = {5, 3};
        assertThat(new ForestClassScorer(new ForestScores(there, 2)).numFeatures())
                .isEqualTo(2);
        assertThat(new ForestClassScorer(new ForestScores(there, 2)).rawPrediction(row))
                .isEqualTo(new ForestClassScorer(new ForestScores(here, 2)).rawPrediction(row))
                .containsExactly(-0.75, 0.75);
    }

    @Test
    void probabilitiesSaturateWithoutNaN() {
        ForestClassScorer forest = new ForestClassScorer(
                new ForestScores(HandMadeForest.model().fittedForest().encoded(), 2));
        assertThat(forest.probability(new double[] {-1000, 1000})).containsExactly(0, 1);
        assertThat(forest.probability(new double[] {1000, -1000})).containsExactly(1, 0);
        assertThat(forest.probability(new double[] {0, 0})).containsExactly(0.5, 0.5);
        assertThat(forest.probability(new double[] {-2, 2})[1]).isCloseTo(0.880797077977882, within(1e-15));
    }

    @Test
    void tiesGoToTheFirstClassAndThresholdZeroToItsClass() {
        ForestClassScorer forest = new ForestClassScorer(
                new ForestScores(HandMadeForest.model().fittedForest().encoded(), 2));
        assertThat(forest.prediction(new double[] {0, 0}, null)).isZero();
        assertThat(forest.prediction(new double[] {2, -2}, new double[] {0.5, 0}))
                .isEqualTo(1);
        assertThat(forest.prediction(new double[] {1000, -1000}, new double[] {0.5, 0}))
                .isZero();
    }
}
