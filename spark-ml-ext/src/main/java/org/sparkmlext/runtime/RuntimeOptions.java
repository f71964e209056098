package org.sparkmlext.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Where and how a run is to be executed. None of it changes a boosted model.
 *
 * @param numWorkers ranks, or 0 for one an executor (one in all in local mode)
 * @param numThreads CPU threads of a rank, or 0 for the cores of its executor
 * @param device {@code auto}, {@code cpu} or {@code cuda}
 * @param checkpointDir directory for round states that outlive the driver, or null
 */
public record RuntimeOptions(
        int numWorkers,
        int numThreads,
        String device,
        @Nullable String checkpointDir) {}
