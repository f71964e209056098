package org.sparkmlext.net;

import java.util.List;

/**
 * How the learning rate changes while a network trains: a pure function of how far training has come. Steps and epochs count from 0.
 * {@link #text} is the form that {@link ScheduleText#parse} takes back.
 */
public sealed interface Schedule {

    /**
     * How far training has come.
     *
     * @param step number of the update
     * @param stepsPerEpoch updates an epoch, at least 1
     * @param numSteps updates that are planned, at least 1
     * @param metrics the watched metric after each epoch that has ended, in order
     * @param isLargerBetter whether that metric is to grow
     */
    record Progress(long step, int stepsPerEpoch, long numSteps, List<Double> metrics, boolean isLargerBetter) {
        public Progress {
            metrics = List.copyOf(metrics);
            if (step < 0 || stepsPerEpoch < 1 || numSteps < 1) {
                throw new IllegalArgumentException("step is " + step + ", stepsPerEpoch " + stepsPerEpoch
                        + ", numSteps " + numSteps + "; allowed: at least 0, 1 and 1");
            }
        }

        long epoch() {
            return step / stepsPerEpoch;
        }

        /** As if training began some updates later. */
        Progress after(long steps) {
            int epochs = (int) Math.min(metrics.size(), (steps + stepsPerEpoch - 1) / stepsPerEpoch);
            return new Progress(
                    Math.max(0, step - steps),
                    stepsPerEpoch,
                    Math.max(1, numSteps - steps),
                    metrics.subList(epochs, metrics.size()),
                    isLargerBetter);
        }
    }

    /** The rate of an update is this times the base rate. */
    double factor(Progress progress);

    /** For example {@code step:30:0.1}. */
    String text();

    /** The rate of an update. */
    default float rate(float base, Progress progress) {
        return (float) (base * factor(progress));
    }

    /** Always 1. */
    record Constant() implements Schedule {
        @Override
        public double factor(Progress progress) {
            return 1;
        }

        @Override
        public String text() {
            return "constant";
        }
    }

    /** {@code decay ^ floor(epoch / epochs)}. */
    record Stepwise(int epochs, double decay) implements Schedule {
        public Stepwise {
            require(epochs >= 1, "epochs", epochs, "at least 1");
            requireShare(decay, "the factor");
        }

        @Override
        public double factor(Progress progress) {
            return StrictMath.pow(decay, progress.epoch() / epochs);
        }

        @Override
        public String text() {
            return "step:" + epochs + ":" + ScheduleText.number(decay);
        }
    }

    /** {@code decay ^ epoch}. */
    record Exponential(double decay) implements Schedule {
        public Exponential {
            requireShare(decay, "the factor");
        }

        @Override
        public double factor(Progress progress) {
            return StrictMath.pow(decay, progress.epoch());
        }

        @Override
        public String text() {
            return "exponential:" + ScheduleText.number(decay);
        }
    }

    /** {@code end + (1 - end) (1 + cos(pi step / numSteps)) / 2} (Loshchilov and Hutter 2017, without restarts). */
    record Cosine(double end) implements Schedule {
        public Cosine {
            require(end >= 0 && end < 1, "the last factor", end, "at least 0 and below 1");
        }

        @Override
        public double factor(Progress progress) {
            return between(1, end, (double) progress.step / progress.numSteps);
        }

        @Override
        public String text() {
            return end == 0 ? "cosine" : "cosine:" + ScheduleText.number(end);
        }
    }

    /**
     * From {@code 1 / startDivisor} up to 1 in the share {@code rise} of all updates, then down to {@code 1 / (startDivisor *
     * endDivisor)} at the last, both along a cosine (Smith and Topin 2018; the steps are those of PyTorch's OneCycleLR).
     */
    record OneCycle(double rise, double startDivisor, double endDivisor) implements Schedule {
        public OneCycle {
            require(rise > 0 && rise < 1, "the rising share", rise, "above 0 and below 1");
            require(startDivisor >= 1 && startDivisor <= 1e9, "the first divisor", startDivisor, "1 to 1e9");
            require(endDivisor >= 1 && endDivisor <= 1e9, "the last divisor", endDivisor, "1 to 1e9");
        }

        @Override
        public double factor(Progress progress) {
            double last = Math.max(1, progress.numSteps - 1);
            double top = Math.max(0, rise * progress.numSteps - 1);
            double start = 1 / startDivisor;
            return progress.step < top
                    ? between(start, 1, progress.step / top)
                    : between(1, start / endDivisor, (progress.step - top) / (last - top));
        }

        @Override
        public String text() {
            return "one-cycle:" + ScheduleText.number(rise) + ":" + ScheduleText.number(startDivisor) + ":"
                    + ScheduleText.number(endDivisor);
        }
    }

    /**
     * Times {@code decay} whenever the metric has not become better by more than {@value #LEAST_CHANGE} for {@code patience} epochs, as
     * Keras's ReduceLROnPlateau does.
     */
    record Plateau(double decay, int patience) implements Schedule {

        /** What counts as better. */
        static final double LEAST_CHANGE = 1e-4;

        public Plateau {
            requireShare(decay, "the factor");
            require(patience >= 1, "patience", patience, "at least 1");
        }

        @Override
        public double factor(Progress progress) {
            double sign = progress.isLargerBetter ? -1 : 1;
            double best = Double.POSITIVE_INFINITY;
            double factor = 1;
            int waited = 0;
            for (double metric : progress.metrics) {
                if (sign * metric < best - LEAST_CHANGE) {
                    best = sign * metric;
                    waited = 0;
                } else if (++waited >= patience) {
                    factor *= decay;
                    waited = 0;
                }
            }
            return factor;
        }

        @Override
        public String text() {
            return "plateau:" + ScheduleText.number(decay) + ":" + patience;
        }
    }

    /**
     * Rises in equal steps over some epochs to what another schedule begins with, which then runs over the rest as if training began
     * there (Goyal et al. 2017).
     */
    record WarmUp(double epochs, Schedule then) implements Schedule {
        public WarmUp {
            require(epochs > 0 && epochs <= 1e6, "epochs of a warm-up", epochs, "above 0, at most 1e6");
            if (then instanceof WarmUp || then instanceof OneCycle) {
                throw new IllegalArgumentException(
                        "a warm-up cannot precede '" + then.text() + "', which has one of its own");
            }
        }

        @Override
        public double factor(Progress progress) {
            long steps = Math.max(1, Math.round(epochs * progress.stepsPerEpoch));
            double target = then.factor(progress.after(steps));
            return progress.step < steps ? target * (progress.step + 1) / steps : target;
        }

        @Override
        public String text() {
            return "warm-up:" + ScheduleText.number(epochs) + "+" + then.text();
        }
    }

    /** Half a cosine wave from one value, at share 0, to another, at 1 and beyond. */
    private static double between(double from, double to, double share) {
        return to + (from - to) * (1 + StrictMath.cos(StrictMath.PI * Math.min(1, share))) / 2;
    }

    private static void requireShare(double value, String name) {
        require(value > 0 && value < 1, name, value, "above 0 and below 1");
    }

    private static void require(boolean isMet, String name, double value, String allowed) {
        if (!isMet) {
            throw new IllegalArgumentException(name + " is " + ScheduleText.number(value) + "; allowed: " + allowed);
        }
    }
}
