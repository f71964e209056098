package org.sparkmlext.jobs.tuning;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.LongSupplier;
import org.sparkmlext.ml.training.SearchListener;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrialReport;

/** Tells a search's course: a line a turn with the time left, and the table of results. */
public final class SearchProgress implements SearchListener {
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final boolean isTerminal;
    private final List<Map<String, String>> trials;
    private final SearchPlan plan;
    private final String metric;
    private final TrialTable table;
    private final int[] numbers;
    private final DoubleFunction<String> duration;
    private final LongSupplier nanoClock;
    private final long startedAt;
    private int ended;
    private boolean isLineOpen;
    private int bestTrial = -1;
    private int bestRung = -1;
    private double bestValue = Double.NaN;

    /**
     * @param isTerminal whether {@code out} shows carriage returns as such; then the running turn's share is shown too
     * @param trials that are searched
     * @param numbers of these trials in the table, from 0
     * @param metric its name
     * @param duration how seconds are written
     * @param nanoClock such as {@link System#nanoTime}
     */
    public SearchProgress(
            PrintStream out,
            boolean isTerminal,
            List<Map<String, String>> trials,
            int[] numbers,
            SearchPlan plan,
            String metric,
            TrialTable table,
            DoubleFunction<String> duration,
            LongSupplier nanoClock) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.trials = trials;
        this.numbers = numbers.clone();
        this.plan = plan;
        this.metric = metric;
        this.table = table;
        this.duration = duration;
        this.nanoClock = nanoClock;
        this.startedAt = nanoClock.getAsLong();
    }

    @Override
    public void progressed(double share) {
        if (isTerminal) {
            out.print(String.format(
                    Locale.ROOT, "\rturn %d of %d: %3.0f %%  %s left ", ended + 1, turns(), 100 * share, left(share)));
            out.flush();
            isLineOpen = true;
        }
    }

    @Override
    public void finished(TrialReport report) {
        ended++;
        table.add(numbered(report), trials.get(report.trial()), metric);
        boolean isBest = report.rung() > bestRung
                || bestTrial < 0
                || (plan.largerIsBetter() ? report.value() > bestValue : report.value() < bestValue);
        if (isBest) {
            bestTrial = report.trial();
            bestRung = report.rung();
            bestValue = report.value();
        }
        line(
                report.trial(),
                String.format(
                        Locale.ROOT,
                        "%s%s %.5f  %d %s  %.1f s%s",
                        plan.rungs().size() > 1 ? "rung " + (report.rung() + 1) + "  " : "",
                        metric,
                        report.value(),
                        report.rounds(),
                        "rounds",
                        report.seconds(),
                        isBest ? "  best so far" : ""));
    }

    @Override
    public void failed(int trial, String message) {
        ended++;
        table.addFailed(numbers[trial], trials.get(trial), metric, message);
        line(trial, "failed: " + message);
    }

    private void line(int trial, String text) {
        if (isLineOpen) {
            out.print("\r" + " ".repeat(60) + "\r");
            isLineOpen = false;
        }
        out.println("trial " + (numbers[trial] + 1) + "  " + TrialTable.text(trials.get(trial)) + "  " + text
                + (ended < turns() ? "  " + left(0) + " left" : ""));
    }

    private int turns() {
        return plan.numTurns();
    }

    /** As if the turns to come took as long as those that have ended, in proportion to what each trains. */
    private String left(double share) {
        double done = work(ended) + share * (work(ended + 1) - work(ended));
        double seconds = (nanoClock.getAsLong() - startedAt) / NANOS;
        return done <= 0 ? "?" : duration.apply(seconds * (work(turns()) - done) / done);
    }

    /** Rounds that so many turns train, where their budgets are known, else turns. */
    private double work(int turns) {
        double work = 0;
        int left = turns;
        int before = 0;
        for (SearchPlan.Rung rung : plan.rungs()) {
            int ofRung = Math.min(left, rung.trials());
            work += ofRung * (rung.budget() == 0 ? 1.0 : rung.budget() - before);
            before = rung.budget();
            left -= ofRung;
        }
        return work;
    }

    private TrialReport numbered(TrialReport report) {
        return new TrialReport(
                numbers[report.trial()], report.rung(), report.rounds(), report.value(), report.seconds());
    }
}
