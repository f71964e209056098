package org.sparkmlext.data;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;

/**
 * How the rows of {@link SequenceFeatures} lie in their series. A series is steps of as many channels each, one after the other.
 *
 * <p>A window is {@code length} steps in a row; the first begins with the series, each other {@code stride} steps after the one before. A
 * network sees the first {@code numInputs} channels of its steps. Its targets are the target channels of the {@code horizon} steps right
 * after it, step after step: target {@code t} of step {@code h} is number {@code h * targetChannels.size() + t}. Where the horizon is 0 they
 * are those of its own last step.
 *
 * <p>A series too short for one window and its targets is one window all the same, of the steps it has before its targets.
 *
 * @param length steps of a window; 0 where each series is one window as long as it is
 * @param stride steps from one window to the next, at least 1
 * @param horizon steps to predict; 0 where targets belong to the window's last step, or are no channels
 * @param numInputs channels that a network sees, at least 1, the first ones
 * @param targetChannels channels to predict; empty where rows have labels of their own
 */
public record WindowPlan(int length, int stride, int horizon, int numInputs, List<Integer> targetChannels)
        implements Serializable {

    public WindowPlan {
        targetChannels = List.copyOf(targetChannels);
        if (length < 0 || stride < 1 || horizon < 0 || numInputs < 1) {
            throw new IllegalArgumentException("windows of " + length + " steps every " + stride + " steps, " + horizon
                    + " steps to predict from " + numInputs
                    + " inputs; needed are length and horizon of at least 0, a stride and inputs of at least 1");
        }
        if (targetChannels.isEmpty() && horizon > 0 || length == 0 && horizon > 0) {
            throw new IllegalArgumentException("a horizon of " + horizon + " steps for windows of " + length
                    + " steps and the target channels " + targetChannels
                    + "; steps can be predicted after windows of at least 1 step, of at least 1 target channel");
        }
        if (targetChannels.stream().anyMatch(channel -> channel < 0)) {
            throw new IllegalArgumentException("target channels are " + targetChannels + "; none may be below 0");
        }
    }

    /** Rows that are whole series of so many features a step and have labels of their own. */
    public static WindowPlan whole(int numInputs) {
        return new WindowPlan(0, 1, 0, numInputs, List.of());
    }

    /** Channels that a step must have at least. */
    public int minChannels() {
        return targetChannels.isEmpty() ? numInputs : Math.max(numInputs, Collections.max(targetChannels) + 1);
    }

    /** Targets of a row; 0 where rows have labels of their own. */
    public int numTargets() {
        return targetChannels.size() * Math.max(1, horizon);
    }

    /** Steps of a window and its targets; 0 where each series is one window. */
    public int span() {
        return Math.addExact(length, horizon);
    }

    /** Windows of a series of so many steps, which must be more than the horizon. */
    public int numWindows(int steps) {
        if (steps <= horizon) {
            throw new IllegalArgumentException(
                    "a series of " + steps + " steps has none before a horizon of " + horizon);
        }
        return length == 0 || steps < span() ? 1 : (steps - span()) / stride + 1;
    }

    /** Steps of a series that its first {@code windows} windows and their targets take, of {@code steps} it has. */
    int stepsOf(int windows, int steps) {
        return length == 0 || steps < span() ? steps : (windows - 1) * stride + span();
    }

    /** Steps of each window of a series of so many steps. */
    int windowLength(int steps) {
        return length == 0 ? steps : Math.min(length, steps - horizon);
    }
}
