package org.sparkmlext.training;

/** Hears of a run, on the driver. Calls come from one thread at a time; an exception is logged and changes nothing. */
public interface TrainingListener {

    /**
     * The ranks are not together yet; told every few seconds, where executors come and go with the work.
     *
     * @param text how many are there, what is waited for, since when and how long at most
     */
    default void waiting(String text) {}

    /** The ranks are together and start; {@code attempt} counts from 0. */
    default void started(int attempt, int numWorkers, String description) {}

    /** A round has come this far; told a few times a second at most, not of every step. */
    default void progressed(ProgressReport report) {}

    /** A round ended. A round that is repeated after a retry is reported once. */
    default void roundFinished(RoundReport report) {}

    /** A rank was lost; the run goes on from round {@code nextRound}. */
    default void retrying(int attempt, int nextRound, String reason) {}

    /** The run is over. */
    default void finished(TrainingReport report) {}
}
