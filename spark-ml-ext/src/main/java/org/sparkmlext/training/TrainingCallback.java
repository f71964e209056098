package org.sparkmlext.training;

/**
 * A listener that may end the training. The ranks wait for its answer after every round, so that the model is that of the very round
 * after which it said so; an answer that takes long costs that time each round.
 *
 * <p>Works for algorithms that are {@link ResumableAlgorithm}s; others refuse it before the start.
 */
@FunctionalInterface
public interface TrainingCallback extends TrainingListener {

    /**
     * Whether training ends with this round. Called on the driver, right after {@link #roundFinished}; rounds are not asked about again
     * after a retry. An exception is logged and counts as no.
     */
    boolean shouldStop(RoundReport report);
}
