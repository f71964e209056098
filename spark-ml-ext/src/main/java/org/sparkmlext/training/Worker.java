package org.sparkmlext.training;

import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;

/**
 * One rank's view of a training run: its device, its place among the ranks, and how to sum with them.
 *
 * <p>Not thread-safe; used by the thread that runs the algorithm. Owned by the runtime, which closes backend and
 * collective.
 */
public interface Worker {

    default int rank() {
        return collective().rank();
    }

    default int size() {
        return collective().size();
    }

    /** The opened device of this rank. */
    Backend backend();

    /** Sums over ranks; see there for the rules. */
    Collective collective();

    /** CPU threads this rank may use. */
    int numThreads();

    /**
     * The states of the rounds that an earlier attempt of this run finished, oldest first, from the last whole one on; empty on
     * the first attempt. The same list on all ranks.
     */
    List<RoundState> finishedRounds();

    /**
     * Reports a finished round. On rank 0 the state goes to the driver, which keeps it for a retry; on the other ranks
     * only the progress counts. Returns at once.
     */
    void roundFinished(RoundReport report, RoundState state);

    /**
     * Whether the user ended the training with this round, which {@link #roundFinished} has told of; the same answer on all ranks. Waits
     * until the driver has an answer: at once where nobody may end it.
     *
     * @throws TrainingCancelledException if the run is cancelled meanwhile
     */
    default boolean shouldStopAfter(int round) {
        return false;
    }

    /** Tells how far the round has come; only rank 0's counts. Returns at once; reports in quick succession are passed over. */
    default void progressed(ProgressReport report) {}

    /** How a network's sums over ranks may go where each rank has a GPU. */
    default GpuSums gpuSums() {
        return GpuSums.HOST;
    }

    /** Says in one line how this rank does its work, for its log. */
    default void log(String line) {}

    /**
     * Throws if this run was cancelled or another rank failed.
     *
     * @throws TrainingCancelledException then
     */
    void checkCancelled();
}
