package org.sparkmlext.kernels.graph;

/**
 * What the random ops of a run depend on besides the row, see {@link CounterRandom}.
 *
 * @param seed of the training run
 * @param step number of the update, from 0
 */
public record RunKey(long seed, long step) {}
