package org.sparkmlext.training;

/**
 * Size of one rank's shard.
 *
 * @param rows training rows
 * @param validationRows validation rows
 * @param features columns
 * @param hasWeights whether rows carry weights
 * @param numClasses classes of the whole table where labels are class indices, else 0
 * @param threads CPU threads of the rank
 */
public record ShardShape(
        long rows, long validationRows, int features, boolean hasWeights, int numClasses, int threads) {}
