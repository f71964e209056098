package org.sparkmlext.runtime;

/**
 * Where and how a run is to be executed. None of it changes a boosted model.
 *
 * @param numWorkers ranks, or 0 for one an executor (one in all in local mode)
 * @param numThreads CPU threads of a rank, or 0 for the cores of its executor
 * @param device {@code auto}, {@code cpu} or {@code cuda}
 * @param shardStorage where ranks hold dense features
 */
public record RuntimeOptions(int numWorkers, int numThreads, String device, ShardStorage shardStorage) {

    /** On the heap if they fit there. */
    public RuntimeOptions(int numWorkers, int numThreads, String device) {
        this(numWorkers, numThreads, device, ShardStorage.AUTO);
    }
}
