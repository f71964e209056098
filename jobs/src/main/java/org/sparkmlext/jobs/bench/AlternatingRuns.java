package org.sparkmlext.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Round after round, in each round every system once, so that whatever changes on the machine meets all of them. Every run is printed and
 * kept as a line of {@code results.jsonl}.
 */
final class AlternatingRuns {
    private static final double IDLE_CORES = 0.25;

    private final int repeat;
    private final int quietSeconds;
    private final Path work;
    private final PrintStream out;

    /**
     * @param repeat runs of each system
     * @param quietSeconds longest wait for an idle machine before a run
     * @param work folder of {@code results.jsonl}
     */
    AlternatingRuns(int repeat, int quietSeconds, Path work, PrintStream out) {
        this.repeat = repeat;
        this.quietSeconds = quietSeconds;
        this.work = work;
        this.out = out;
    }

    /**
     * Runs all systems. One that fails is printed and passed over: the others' hours are not thrown away for that. One that cannot run
     * here is skipped, with the reason, and is no failure.
     *
     * @param run makes one run of a system
     * @param taker gets what each run reports
     * @return what failed, to be handed to {@link #throwIfAny} when everything is printed
     */
    <S extends TimedSystem> List<String> of(List<S> systems, Function<S, JsonNode> run, Consumer<JsonNode> taker) {
        List<String> failures = new ArrayList<>();
        List<S> left = new ArrayList<>(systems);
        for (int round = 1; round <= repeat; round++) {
            for (S system : systems) {
                if (!left.contains(system)) {
                    continue;
                }
                awaitIdle();
                try {
                    JsonNode result = run.apply(system);
                    keep(result);
                    taker.accept(result);
                    out.println("run " + round + (ResultTable.isQuiet(result) ? " (quiet)     " : " (disturbed) ")
                            + result);
                } catch (TimedProcess.SkippedException skipped) {
                    left.remove(system);
                    out.println("skipped " + system.name() + ": " + skipped.getMessage());
                } catch (TimedProcess.RunFailedException failed) {
                    failures.add("run " + round + " FAILED: " + failed.getMessage());
                    out.println(failures.get(failures.size() - 1));
                }
            }
        }
        return failures;
    }

    /** @throws IllegalStateException if any run failed */
    static void throwIfAny(List<String> failures, int runs) {
        if (!failures.isEmpty()) {
            throw new IllegalStateException(
                    failures.size() + " of " + runs + " runs failed:\n" + String.join("\n", failures));
        }
    }

    private void keep(JsonNode run) {
        try {
            Files.createDirectories(work);
            Files.writeString(
                    work.resolve("results.jsonl"), run + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until the machine was idle for a second, at most as long as planned. */
    private void awaitIdle() {
        for (int waited = 0; waited < quietSeconds; waited++) {
            double before = RunReport.busyCpuSeconds();
            try {
                Thread.sleep(1000);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for an idle machine", stopped);
            }
            if (RunReport.busyCpuSeconds() - before < IDLE_CORES) {
                return;
            }
        }
    }
}
