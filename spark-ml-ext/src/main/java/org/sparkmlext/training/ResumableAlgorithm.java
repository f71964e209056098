package org.sparkmlext.training;

import java.io.Serializable;
import java.util.List;

/**
 * An algorithm whose states hold all there is, so that a run can be kept in a directory, gone on from in another application, and ended
 * by a {@link TrainingCallback}. Its rounds are few and long; it asks {@link Worker#shouldStopAfter} after each.
 *
 * @param <S> immutable settings, carried to the ranks
 */
public interface ResumableAlgorithm<S extends Serializable> extends TrainingAlgorithm<S> {

    /**
     * Checks, on the driver and before data is read, that this run can go on from a state.
     *
     * @return reports of all rounds up to the state's, from the first
     * @throws IllegalArgumentException if the state cannot be read, or is of a run with other settings; the message names the setting and
     *     both values
     */
    List<RoundReport> reports(RoundState state);

    /** The model as it was when the state's round ended, in the encoding of {@link #train}'s result. */
    byte[] model(RoundState state);
}
