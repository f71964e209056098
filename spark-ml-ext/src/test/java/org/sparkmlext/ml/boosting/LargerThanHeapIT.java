package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A table of 960 MB as floats and bins, trained on in a JVM of 560 MB, gives the model of a JVM that holds it in memory. */
@Tag("full")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class LargerThanHeapIT {

    @TempDir
    private Path directory;

    @Test
    void theModelIsThatOfALargeHeap() throws Exception {
        String large = run("-Xmx2400m", "memory");
        String small = run("-Xmx560m", "auto");
        assertThat(model(small)).isEqualTo(model(large));
        assertThat(small).contains("dense features lie in mapped files");
        assertThat(large).doesNotContain("mapped files");
        assertThat(run("-Xmx560m", "memory")).contains("set shardStorage to auto or disk");
        try (var left = Files.walk(directory)) {
            assertThat(left.filter(path -> path.toString().endsWith(".mapped"))).isEmpty();
        }
    }

    private static String model(String output) {
        return output.lines()
                .filter(line -> line.startsWith(LargerThanHeapMain.RESULT))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no model in: " + output));
    }

    private String run(String heap, String shardStorage) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        command.addAll(List.of(
                heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                LargerThanHeapMain.class.getName(),
                shardStorage,
                directory.toString()));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(400, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
