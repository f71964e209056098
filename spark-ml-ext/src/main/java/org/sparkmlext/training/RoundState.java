package org.sparkmlext.training;

/**
 * What one round adds to the state of a run: for boosting a tree, for networks a checkpoint. States of all rounds so far,
 * in order, are enough to go on.
 *
 * @param round number of the round, from 0
 * @param bytes in the algorithm's own encoding; not copied
 */
public record RoundState(int round, byte[] bytes) {}
