package org.sparkmlext.ml.training;

import org.sparkmlext.training.TrialReport;

/** Hears of a search over settings, on the thread that searches. */
public interface SearchListener {

    /** The turn that runs has come this far: {@code share} of it, 0 to 1. Not told where several run at a time. */
    default void progressed(double share) {}

    /** A trial's turn has ended. */
    default void finished(TrialReport report) {}

    /** A trial has failed, and takes part no more. */
    default void failed(int trial, String message) {}
}
