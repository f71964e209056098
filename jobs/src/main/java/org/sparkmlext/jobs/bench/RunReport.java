package org.sparkmlext.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Times the phases of one run, in a process of its own, and prints one line {@code RESULT {json}}. JDK only.
 *
 * <p>For each phase p: {@code p_s} wall-clock seconds, {@code p_cpu_s} CPU seconds of this process and {@code p_other_s} CPU
 * seconds of everything else on the machine meanwhile, by which a disturbed run is known. Processes that this one has started count as
 * its own.
 */
public final class RunReport {
    /** What the line starts with. */
    public static final String MARK = "RESULT ";

    /** What a run prints, and why, that cannot be made here: without a GPU, or a peer's library. */
    static final String SKIPPED = "SKIPPED ";

    /** How such a run ends. */
    static final int SKIPPED_EXIT = 3;

    private final Map<String, Object> values = new LinkedHashMap<>();
    private long startedAt;
    private double ownAtStart;
    private double busyAtStart;

    public RunReport(String system, String set) {
        values.put("system", system);
        values.put("set", set);
        values.put("java", System.getProperty("java.version"));
    }

    public RunReport put(String key, Object value) {
        values.put(key, value);
        return this;
    }

    /** A figure to a thousandth. */
    RunReport putRounded(String key, double value) {
        return put(key, rounded(value, 1e3));
    }

    /** Starts a phase. */
    public void start() {
        ownAtStart = ownCpuSeconds();
        busyAtStart = busyCpuSeconds();
        startedAt = System.nanoTime();
    }

    /** Ends the phase that was started last. */
    public void stop(String phase) {
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        double own = ownCpuSeconds() - ownAtStart;
        double other = Math.max(0, busyCpuSeconds() - busyAtStart - own);
        values.put(phase + "_s", rounded(seconds, 1e3));
        values.put(phase + "_cpu_s", rounded(own, 1e3));
        values.put(phase + "_other_s", rounded(other, 1e3));
        System.err.printf(Locale.ROOT, "## %-8s %8.2f s  cpu %8.2f  others %6.2f%n", phase, seconds, own, other);
    }

    /** Bytes alive after a garbage collection, beside the peak that the operating system saw. */
    public void measureLiveMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        values.put("live_mb", (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }

    /** Quality of collected predictions. */
    public void score(float[] labels, float[] probabilities) {
        values.put("auc", rounded(RankMetrics.auc(labels, probabilities), 1e6));
        values.put("logloss", rounded(RankMetrics.logLoss(labels, probabilities), 1e6));
    }

    /** Ends the run: peak memory, seconds since the JVM started, and the line. */
    public void finish() {
        values.put("peak_rss_mb", peakRssMegabytes());
        long startTime = ManagementFactory.getRuntimeMXBean().getStartTime();
        values.put("process_s", rounded((System.currentTimeMillis() - startTime) / 1e3, 1e3));
        System.out.println(MARK + json());
    }

    String json() {
        StringBuilder text = new StringBuilder("{");
        values.forEach((key, value) -> {
            text.append(text.length() > 1 ? ", \"" : "\"").append(key).append("\": ");
            if (value instanceof Number) {
                text.append(value);
            } else {
                text.append('"')
                        .append(String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        });
        return text.append('}').toString();
    }

    /** VmHWM of this process: the most memory it ever held; -1 where the system does not say. */
    static long peakRssMegabytes() {
        return linesOf(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    static double ownCpuSeconds() {
        double started = ProcessHandle.current()
                .descendants()
                .map(process -> process.info().totalCpuDuration())
                .flatMap(Optional::stream)
                .mapToDouble(duration -> duration.toNanos() / 1e9)
                .sum();
        return started
                + ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** CPU seconds all processes together have used since the machine started; 0 where the system does not say. */
    static double busyCpuSeconds() {
        List<String> lines = linesOf(Path.of("/proc/stat"));
        if (lines.isEmpty()) {
            return 0;
        }
        String[] fields = lines.get(0).trim().split("\\s+");
        long ticks = 0;
        // user, nice, system, irq, softirq, steal; a tick is a hundredth of a second on every Linux.
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / 100.0;
    }

    private static List<String> linesOf(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static double rounded(double value, double steps) {
        return Math.round(value * steps) / steps;
    }
}
