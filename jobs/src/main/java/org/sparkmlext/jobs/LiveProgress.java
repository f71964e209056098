package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrainingReport;

/**
 * A line per round (of a network, epoch): its number, losses, rows per second, time left. On a terminal one line is rewritten; elsewhere each round
 * has its own line, and in runs of many rounds at most two lines a second.
 */
public final class LiveProgress implements TrainingListener {
    /** Longer runs skip lines where no terminal rewrites them. */
    static final int ROUNDS_ALL_SHOWN = 250;

    private static final long NANOS = 1_000_000_000L;
    private static final long LINE_INTERVAL = NANOS / 2;
    private static final long PROGRESS_INTERVAL = 10 * NANOS;
    private static final long REWRITE_INTERVAL = NANOS / 15;
    /** Weight of the newest round in the smoothed seconds a round. */
    private static final double SMOOTHING = 0.2;

    private final PrintStream out;
    private final String unit;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private long startedAt;
    private long lastRoundAt;
    private long lastShownAt = Long.MIN_VALUE;
    private int roundsTimed;
    private double secondsPerRound;
    private int shownWidth;

    /**
     * @param unit what a round is called: {@code round} or {@code epoch}
     * @param terminal whether {@code out} shows carriage returns as such
     * @param nanoClock such as {@link System#nanoTime}
     */
    public LiveProgress(PrintStream out, String unit, boolean terminal, LongSupplier nanoClock) {
        this.out = out;
        this.unit = unit;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.startedAt = nanoClock.getAsLong();
        this.lastRoundAt = startedAt;
    }

    /**
     * Of a log or a notebook, where each round has its own line.
     *
     * @param out such as Scala's {@code Console.out}
     * @param unit what a round is called
     */
    public LiveProgress(PrintStream out, String unit) {
        this(out, unit, false, System::nanoTime);
    }

    @Override
    public void waiting(String text) {
        line(text);
    }

    @Override
    public void started(int attempt, int numWorkers, String description) {
        startedAt = nanoClock.getAsLong();
        lastRoundAt = startedAt;
        if (attempt == 0) {
            line("training with " + numWorkers + (numWorkers == 1 ? " worker" : " workers")
                    + (description.isBlank() ? "" : ": " + description));
        }
    }

    @Override
    public void roundFinished(RoundReport report) {
        long now = nanoClock.getAsLong();
        double seconds = Math.max(1e-9, (now - lastRoundAt) / (double) NANOS);
        lastRoundAt = now;
        secondsPerRound = roundsTimed == 0 ? seconds : secondsPerRound + SMOOTHING * (seconds - secondsPerRound);
        roundsTimed++;
        boolean isLast = report.round() + 1 >= report.numRounds();
        if (isLast || roundsTimed == 1 || isDue(now, report.numRounds())) {
            lastShownAt = now;
            show(format(report, secondsPerRound));
        }
    }

    @Override
    public void progressed(ProgressReport report) {
        long now = nanoClock.getAsLong();
        // Without a terminal a line for every look would bury the rounds' lines.
        long interval = terminal ? REWRITE_INTERVAL : PROGRESS_INTERVAL;
        if (now - Math.max(lastShownAt, lastRoundAt) >= interval) {
            lastShownAt = now;
            show(format(report, (now - lastRoundAt) / (double) NANOS));
        }
    }

    @Override
    public void retrying(int attempt, int nextRound, String reason) {
        line("a worker was lost (" + reason + "); attempt " + (attempt + 1) + " goes on from " + unit + " "
                + (nextRound + 1));
        lastRoundAt = nanoClock.getAsLong();
    }

    @Override
    public void finished(TrainingReport report) {
        StringBuilder text = new StringBuilder();
        report.secondsByPhase()
                .forEach((phase, seconds) -> text.append(text.isEmpty() ? "" : ", ")
                        .append(String.format(Locale.ROOT, "%s %.1f s", phase, seconds)));
        line("trained " + report.rounds().size() + " " + unit + "s" + (text.isEmpty() ? "" : ": " + text)
                + (report.attempts() > 1 ? " in " + report.attempts() + " attempts" : ""));
    }

    private boolean isDue(long now, int numRounds) {
        if (terminal) {
            return now - lastShownAt >= REWRITE_INTERVAL;
        }
        return numRounds <= ROUNDS_ALL_SHOWN || now - lastShownAt >= LINE_INTERVAL;
    }

    /** {@code round  12/100  train-logloss 0.31234  validation-logloss 0.33012  1.2M rows/s  0:34 left}. */
    String format(RoundReport report, double secondsPerRound) {
        int done = report.round() + 1;
        int width = Integer.toString(report.numRounds()).length();
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "%s %" + width + "d/%d", unit, done, report.numRounds()));
        for (Map.Entry<String, Double> metric : report.metrics().entrySet()) {
            text.append(String.format(Locale.ROOT, "  %s %.5f", metric.getKey(), metric.getValue()));
        }
        return text.append("  ")
                .append(quantity(report.rows() / secondsPerRound))
                .append(" rows/s  ")
                .append(duration((report.numRounds() - done) * secondsPerRound))
                .append(" left")
                .toString();
    }

    /** {@code round 3/10  12,800 of 60,000 rows  train-loss 0.31234  1.2k rows/s  0:34 left in this round}. */
    String format(ProgressReport report, double secondsOfRound) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s %d/%d  %,d of %,d rows",
                unit,
                report.round() + 1,
                report.numRounds(),
                report.rows(),
                report.totalRows()));
        report.metrics().forEach((name, value) -> text.append(String.format(Locale.ROOT, "  %s %.5f", name, value)));
        double rowsPerSecond = report.rows() / Math.max(1e-9, secondsOfRound);
        return text.append("  ")
                .append(quantity(rowsPerSecond))
                .append(" rows/s  ")
                .append(duration((report.totalRows() - report.rows()) / Math.max(1e-9, rowsPerSecond)))
                .append(" left in this ")
                .append(unit)
                .toString();
    }

    /** Three significant digits: 950, 12.3k, 4.56M. */
    static String quantity(double value) {
        if (value >= 1e9) {
            return threeDigits(value / 1e9) + "G";
        } else if (value >= 1e6) {
            return threeDigits(value / 1e6) + "M";
        } else if (value >= 1e3) {
            return threeDigits(value / 1e3) + "k";
        }
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static String threeDigits(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    /** {@code m:ss}, from an hour on {@code h:mm:ss}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    private void show(String text) {
        if (terminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, shownWidth - text.length())));
            out.flush();
            shownWidth = text.length();
        } else {
            out.println(text);
        }
    }

    /** Ends the rewritten line, if one stands, and prints a whole one. */
    private void line(String text) {
        if (shownWidth > 0) {
            out.println();
            shownWidth = 0;
        }
        out.println(text);
    }
}
