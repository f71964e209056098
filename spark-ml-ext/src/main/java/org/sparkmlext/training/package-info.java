/**
 * What a training algorithm sees of the world: a {@link org.sparkmlext.training.Worker} per rank. JDK only.
 *
 * <p>An algorithm is a loop of "local additive statistics, sum over ranks, the same update on every rank". It knows
 * nothing of Spark; the runtime gives it a worker, a shard and its settings. Start at
 * {@link org.sparkmlext.training.TrainingAlgorithm}.
 */
@NullMarked
package org.sparkmlext.training;

import org.jspecify.annotations.NullMarked;
