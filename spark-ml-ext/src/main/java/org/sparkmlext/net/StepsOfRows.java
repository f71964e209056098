package org.sparkmlext.net;

import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Fits the steps of a network's input to the sequences of all ranks. */
final class StepsOfRows {

    private StepsOfRows() {}

    /**
     * The network on sequences as long as the longest, where it leaves that open, and with lengths where one is shorter than its steps.
     * Collective: every rank comes to the same end.
     *
     * @throws InvalidTrainingDataException if sequences are longer than the network takes, or of unequal lengths, which a layer does not
     *     take; names the layer
     */
    static Architecture resolve(Architecture architecture, List<NetworkRows> rows, Collective collective) {
        if (!(architecture.input() instanceof SequenceInput input)) {
            return architecture;
        }
        long[] extremes = {
            rows.stream().mapToInt(NetworkRows::longest).max().orElse(0),
            -rows.stream().mapToLong(NetworkRows::shortest).min().orElse(Integer.MAX_VALUE)
        };
        collective.max(extremes, 0, extremes.length);
        int longest = (int) extremes[0];
        int shortest = (int) -extremes[1];
        SequenceInput resolved = input.isOpen() ? input.withSteps(longest) : input;
        if (longest > resolved.steps()) {
            throw new InvalidTrainingDataException("the longest sequence has " + longest
                    + " steps, but the network takes a " + resolved.describe()
                    + ". Cut the sequences, or give the network more steps, or none for as many as the longest has.");
        }
        if (shortest == resolved.steps() || resolved.hasLengths()) {
            return architecture.withInput(resolved);
        }
        try {
            return architecture.withInput(resolved.withLengths());
        } catch (IllegalArgumentException e) {
            throw new InvalidTrainingDataException("sequences have " + shortest + " to " + longest
                    + " steps, but not every layer takes rows of unequal lengths: " + e.getMessage());
        }
    }
}
