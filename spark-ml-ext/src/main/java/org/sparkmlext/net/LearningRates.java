package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.net.Schedule.Progress;

/** The learning rate of each update of a run, as its schedule has it. */
final class LearningRates {

    private final Schedule schedule;
    private final float base;
    private final int stepsPerEpoch;
    private final long numSteps;
    private final boolean isLargerBetter;
    private final List<Double> metrics = new ArrayList<>();

    LearningRates(NetworkSettings settings, int stepsPerEpoch, boolean isLargerBetter) {
        this.schedule = ScheduleText.parse(settings.schedule());
        this.base = settings.learningRate();
        this.stepsPerEpoch = stepsPerEpoch;
        this.numSteps = (long) stepsPerEpoch * settings.maxEpochs();
        this.isLargerBetter = isLargerBetter;
    }

    /** @param metric the watched metric of the epoch that has ended */
    void epochEnded(double metric) {
        metrics.add(metric);
    }

    float rate(long step) {
        return schedule.rate(base, new Progress(step, stepsPerEpoch, numSteps, metrics, isLargerBetter));
    }
}
