package org.sparkmlext.jobs.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Times a step that is done again and again: some seconds unwatched, then windows of at least half a second each. JDK only.
 *
 * <p>Reported are {@code step_ms}, the median of the windows' mean times, {@code best_step_ms}, {@code samples_s} and {@code windows};
 * the measured time is the phase {@code fit}.
 */
public final class StepClock {

    /** A step may fail. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private static final double WINDOW_SECONDS = 0.5;
    private static final int FEWEST = 3;
    private static final double MILLIS = 1e3;

    private StepClock() {}

    /** Times the steps by {@code warm} and {@code seconds} of the arguments. */
    public static void measure(RunArguments arguments, int samples, RunReport report, Step step) throws Exception {
        measure(arguments.number("warm"), arguments.number("seconds"), samples, report, step);
    }

    /**
     * Times.
     *
     * @param warm seconds that do not count
     * @param seconds that do
     * @param samples rows of a step
     */
    static void measure(double warm, double seconds, int samples, RunReport report, Step step) throws Exception {
        long start = System.nanoTime();
        for (int steps = 0; steps < FEWEST || since(start) < warm; steps++) {
            step.run();
        }
        report.start();
        List<Double> windows = new ArrayList<>();
        start = System.nanoTime();
        while (windows.size() < FEWEST || since(start) < seconds) {
            long from = System.nanoTime();
            int steps = 0;
            do {
                step.run();
                steps++;
            } while (since(from) < WINDOW_SECONDS);
            windows.add(since(from) / steps);
        }
        report.stop("fit");
        report(windows, samples, report);
    }

    /** Puts what was found: seconds a step, one value a window. */
    static void report(List<Double> secondsPerStep, int samples, RunReport report) {
        double[] sorted = secondsPerStep.stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        report.putRounded("step_ms", MILLIS * median)
                .putRounded("best_step_ms", MILLIS * sorted[0])
                .putRounded("samples_s", samples / median)
                .put("windows", sorted.length);
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
