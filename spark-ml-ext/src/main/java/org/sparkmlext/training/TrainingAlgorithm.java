package org.sparkmlext.training;

import java.io.Serializable;
import org.sparkmlext.data.Shard;

/**
 * A distributed training algorithm. Every rank runs {@link #train} on its shard with the same settings; all decisions
 * follow from sums over ranks, so all ranks end with the same result, of which rank 0's is kept.
 *
 * @param <S> immutable settings, carried to the ranks
 */
public interface TrainingAlgorithm<S extends Serializable> extends Serializable {

    /** The settings of this run. */
    S settings();

    /**
     * Bytes a rank will need beside its blocks, by purpose, for the memory plan made before the start.
     *
     * @param shape rows and features of one rank's largest shard
     */
    MemoryPlan memoryPlan(ShardShape shape);

    /** Most training rows, and most validation rows, that one rank can hold; more are refused before the start. */
    default int maxRows() {
        return Integer.MAX_VALUE - 8;
    }

    /**
     * Trains. Polls {@link Worker#checkCancelled} at least every second of work, and calls
     * {@link Worker#roundFinished} after each round.
     *
     * <p>{@link Worker#finishedRounds} gives the rounds of an earlier attempt of this run, to go on from.
     *
     * @param shard belongs to the algorithm from now on; an attempt that follows gets its own
     * @return the result in this algorithm's own encoding (equal on all ranks)
     */
    byte[] train(Worker worker, Shard shard);
}
