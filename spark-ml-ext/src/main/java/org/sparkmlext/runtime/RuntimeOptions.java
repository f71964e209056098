package org.sparkmlext.runtime;

/**
 * Where and how a run is to be executed. None of it changes a boosted model.
 *
 * @param numWorkers ranks, or 0 for one an executor (one in all in local mode)
 * @param numThreads CPU threads of a rank, or 0 for the cores of its executor
 * @param device {@code auto}, {@code cpu} or {@code cuda}
 * @param shardStorage where ranks hold dense features
 * @param checkpoints where states are kept
 */
public record RuntimeOptions(
        int numWorkers, int numThreads, String device, ShardStorage shardStorage, CheckpointOptions checkpoints) {

    /** Without a directory of checkpoints. */
    public RuntimeOptions(int numWorkers, int numThreads, String device, ShardStorage shardStorage) {
        this(numWorkers, numThreads, device, shardStorage, CheckpointOptions.NONE);
    }

    /** On the heap if they fit there. */
    public RuntimeOptions(int numWorkers, int numThreads, String device) {
        this(numWorkers, numThreads, device, ShardStorage.AUTO);
    }

    /** The same with states kept in a directory. */
    public RuntimeOptions with(CheckpointOptions kept) {
        return new RuntimeOptions(numWorkers, numThreads, device, shardStorage, kept);
    }

    /** The same with a writer of the best round's model, for where states are kept in a directory. */
    public RuntimeOptions with(CheckpointOptions.BestModel bestModel) {
        return with(new CheckpointOptions(checkpoints.directory(), checkpoints.interval(), bestModel));
    }
}
