package org.sparkmlext.ml.neural;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that fits and scores 200 networks neither crashes nor grows, and a cancelled fit gives its memory back. */
@Tag("full")
@Timeout(value = 500, unit = TimeUnit.SECONDS)
class ManyFitsIT {

    @TempDir
    private Path folder;

    /** The heap of that process is touched from end to end before it starts: else its growth would be taken for native memory. */
    @Test
    void twoHundredFitsFromTwoThreadsLeaveTheProcessAsBigAsItWas() throws Exception {
        Assumptions.assumeTrue(
                Files.isReadable(Path.of("/proc/self/status")), "resident memory is read from /proc/self/status");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xms700m",
                "-Xmx700m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                ManyFitsMain.class.getName(),
                folder.toString()));
        Path log = folder.resolve("output.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(450, TimeUnit.SECONDS))
                    .as("%s", Files.readString(log))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(output).isZero();
        Matcher many = Pattern.compile("after (\\d+) fits grown by (-?\\d+) bytes, without classes and compiled code by"
                        + " (-?\\d+) bytes, counted (\\d+) then (\\d+) bytes")
                .matcher(output);
        for (int fits = 100; fits <= 200; fits += 50) {
            assertThat(many.find()).as(output).isTrue();
            System.out.println("[many fits] " + many.group());
            assertThat(many.group(1)).isEqualTo(Integer.toString(fits));
            // 150 networks whose own memory leaked would take several hundred megabytes. What grows is the stacks of
            // Spark's cached thread pools, up to 128 threads each, which two threads that never rest keep filling.
            assertThat(Long.parseLong(many.group(3))).as(output).isLessThan(80L << 20);
            // The scorers that idle for the next task are as many after 50 fits as after 200.
            assertThat(Long.parseLong(many.group(5))).isLessThan(2 * Long.parseLong(many.group(4)));
        }
        Matcher cancelled = Pattern.compile("cancelled with (\\d+) bytes in use, left (-?\\d+) bytes")
                .matcher(output);
        for (int i = 0; i < 3; i++) {
            assertThat(cancelled.find()).as(output).isTrue();
            System.out.println("[many fits] " + cancelled.group());
            assertThat(Long.parseLong(cancelled.group(2))).as(output).isZero();
        }
        assertThat(output).contains("fitted again");
    }
}
