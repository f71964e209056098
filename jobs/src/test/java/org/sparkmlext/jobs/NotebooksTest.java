package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** The notebooks of the folder {@code notebooks}, with the figures that each of them promises. */
class NotebooksTest {

    private static final Path NOTEBOOKS = Path.of("..", "notebooks");

    @TempDir
    Path folder;

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(NOTEBOOKS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".zpln"))
                    .sorted()
                    .toList();
        }
    }

    @RealData
    @ParameterizedTest
    @MethodSource("names")
    void small(String name) throws IOException {
        run(name, "small");
    }

    @RealData
    @Tag("full")
    @ParameterizedTest
    @MethodSource("names")
    void full(String name) throws IOException {
        run(name, "full");
    }

    private void run(String name, String size) throws IOException {
        LocalSpark.stop();
        Map<String, String> settings = Map.of(
                "spark.master",
                "local[2]",
                "spark.sparkmlext.notebooks.size",
                size,
                "spark.sparkmlext.notebooks.models",
                folder.resolve("models").toString(),
                "spark.sql.warehouse.dir",
                folder.resolve("warehouse").toString());
        settings.forEach(System::setProperty);
        try {
            // Beside the reports, to be looked at.
            Path page = Path.of("target", "notebooks", name.replace(".zpln", "-" + size + ".html"));
            CommandRun run =
                    CommandRun.of("notebook", NOTEBOOKS.resolve(name).toString(), "--render=" + page.toAbsolutePath());
            System.out.println(run.out());
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("as promised");
            assertThat(Files.readString(page)).contains("<svg", "as promised");
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }
}
