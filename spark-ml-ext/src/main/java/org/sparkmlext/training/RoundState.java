package org.sparkmlext.training;

/**
 * What one round adds to the state of a run: for boosting a tree, for networks a checkpoint. The states that are kept, in order,
 * are enough to go on.
 *
 * @param round number of the round, from 0
 * @param bytes in the algorithm's own encoding; not copied
 * @param isWhole whether the bytes hold all there is, so that the states of earlier rounds need not be kept
 * @param isBest whether the round is the best so far, by the metric that the algorithm watches
 */
public record RoundState(int round, byte[] bytes, boolean isWhole, boolean isBest) {

    /** A state that adds to the earlier ones. */
    public RoundState(int round, byte[] bytes) {
        this(round, bytes, false);
    }

    /** A state of a round that nobody compared with others. */
    public RoundState(int round, byte[] bytes, boolean isWhole) {
        this(round, bytes, isWhole, false);
    }
}
