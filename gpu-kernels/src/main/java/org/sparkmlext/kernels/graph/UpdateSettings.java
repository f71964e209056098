package org.sparkmlext.kernels.graph;

import java.io.Serializable;

/**
 * What stays the same over all updates of a training run.
 *
 * @param rule how a gradient moves a parameter
 * @param clipValue bound of each element of the mean gradient, applied first; infinite = none
 * @param clipNorm bound of the Euclidean norm of the whole mean gradient, which is scaled down to it; infinite = none
 * @param stateDecay a state becomes {@code stateDecay * state + (1 - stateDecay) * statistic}
 * @param trainedFrom first trained parameter: offset in the flat array; those before it do not change
 */
public record UpdateSettings(UpdateRule rule, float clipValue, float clipNorm, float stateDecay, int trainedFrom)
        implements Serializable {

    public UpdateSettings {
        if (!(clipValue > 0)) {
            throw new IllegalArgumentException("clipValue is " + clipValue + "; it must be above 0");
        }
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException("clipNorm is " + clipNorm + "; it must be above 0");
        }
        if (!(stateDecay >= 0 && stateDecay < 1)) {
            throw new IllegalArgumentException("stateDecay is " + stateDecay + "; allowed: at least 0 and below 1");
        }
        if (trainedFrom < 0) {
            throw new IllegalArgumentException("trainedFrom is " + trainedFrom + "; it must be at least 0");
        }
    }

    /** Without clipping, all parameters trained, states that keep nine tenths. */
    public static UpdateSettings of(UpdateRule rule) {
        return new UpdateSettings(rule, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 0.9f, 0);
    }
}
