package org.sparkmlext.runtime;

import java.io.IOException;

/**
 * Where a run's states are kept, beyond the life of the application.
 *
 * @param directory on any Hadoop file system; empty = states are kept in the driver's memory only
 * @param interval rounds from one state that is kept to the next; the last round's is kept in any case
 * @param bestModel writes the model of the best round so far
 */
public record CheckpointOptions(String directory, int interval, BestModel bestModel) {

    /** States live and die with the driver. */
    public static final CheckpointOptions NONE = new CheckpointOptions("", 1, (path, model) -> {});

    public CheckpointOptions {
        if (interval < 1) {
            throw new IllegalArgumentException("checkpointInterval is " + interval + "; it must be at least 1");
        }
    }

    /** Writes a model that its own stage can load. */
    @FunctionalInterface
    public interface BestModel {
        /**
         * Replaces what is at the path.
         *
         * @param model as the algorithm's result
         */
        void write(String path, byte[] model) throws IOException;
    }

    boolean isOn() {
        return !directory.isEmpty();
    }
}
