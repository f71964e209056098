package org.sparkmlext.jobs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the figures were made on. */
final class Machine {
    private static final List<String> TELLING_FLAGS =
            List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile");

    private Machine() {}

    /** Processor with its telling flags, cores, memory, system and Java, a line each. */
    static String describe() {
        List<String> processor = lines(Path.of("/proc/cpuinfo"));
        String flags = value(processor, "flags");
        String present = TELLING_FLAGS.stream()
                .filter(flag -> Arrays.asList(flags.split(" ")).contains(flag))
                .collect(Collectors.joining(" "));
        return "CPU     " + value(processor, "model name") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, "
                + (present.isEmpty() ? "flags unknown" : present) + "\n"
                + "memory  " + value(lines(Path.of("/proc/meminfo")), "MemTotal") + "\n"
                + "system  " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + "\n"
                + "Java    " + System.getProperty("java.vm.name") + " " + Runtime.version() + "\n";
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.limit(200).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
