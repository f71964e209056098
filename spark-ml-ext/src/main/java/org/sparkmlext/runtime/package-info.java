/**
 * Spark's side of the one distributed training runtime: shards, gang, coordinator, retry.
 *
 * <p>Start at {@link org.sparkmlext.runtime.DistributedTrainer}. Algorithms never see this package; they see
 * {@code org.sparkmlext.training}.
 */
@NullMarked
package org.sparkmlext.runtime;

import org.jspecify.annotations.NullMarked;
