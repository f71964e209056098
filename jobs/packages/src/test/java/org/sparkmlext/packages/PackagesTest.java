package org.sparkmlext.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.testing.SparkProcess;

/**
 * {@code spark-submit --packages org.sparkmlext:spark-ml-ext:VERSION} on a Spark that has none of the library's own jars, from a
 * repository of files and no other: what is published names all it needs, natives included, and executors get it too.
 */
@Tag("full")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class PackagesTest {
    @TempDir
    Path folder;

    @Test
    void treesAndANetworkAreTrainedByCoordinatesAlone() throws Exception {
        List<String> command = List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                "local-cluster[2,1,1024]",
                "--conf",
                "spark.executor.memory=800m",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.jars.ivySettings=" + ivySettings(),
                "--conf",
                "spark.jars.ivy=" + folder.resolve("ivy"),
                "--packages",
                "org.sparkmlext:spark-ml-ext:" + PublishedFiles.VERSION,
                "--class",
                FirstFits.class.getName(),
                program().toString());
        String output;
        try (SparkProcess submission = SparkProcess.start(bareSpark(), folder, "submission", command)) {
            int code = submission.awaitEnd(Duration.ofSeconds(240));
            output = submission.output();
            assertThat(code).as(output).isZero();
        }
        assertThat(output)
                .containsPattern("trees: (39\\d|400) of 400")
                .containsPattern("network: (3[89]\\d|400) of 400")
                .contains("Training with 2 workers")
                .contains("dnnl");
    }

    /** A Spark without what the repository has. */
    private Path bareSpark() throws IOException {
        Set<String> published = PublishedFiles.jars().stream()
                .map(jar -> jar.getFileName().toString())
                .collect(Collectors.toSet());
        assertThat(published)
                .anyMatch(name -> name.startsWith("dnnl-"))
                .anyMatch(name -> name.startsWith("gpu-kernels-"));
        Path bare = Files.createDirectories(folder.resolve("spark").resolve("jars"));
        try (Stream<Path> jars = Files.list(SparkHome.prepare().resolve("jars"))) {
            for (Path jar : jars.toList()) {
                if (!published.contains(jar.getFileName().toString())) {
                    Files.createSymbolicLink(bare.resolve(jar.getFileName()), jar.toRealPath());
                }
            }
        }
        return folder.resolve("spark");
    }

    /** The repository of files and no other; what a user of this machine has in his own caches plays no part. */
    private Path ivySettings() throws IOException {
        return Files.writeString(folder.resolve("ivysettings.xml"), """
                <ivysettings>
                  <settings defaultResolver="files"/>
                  <caches defaultCacheDir="%s"/>
                  <resolvers>
                    <ibiblio name="files" m2compatible="true" root="%s"/>
                  </resolvers>
                </ivysettings>
                """.formatted(
                        folder.resolve("ivy-cache"), PublishedFiles.REPOSITORY.toUri()));
    }

    private Path program() throws IOException {
        Path jar = folder.resolve("program.jar");
        String name = FirstFits.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                InputStream code = FirstFits.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            code.transferTo(out);
            out.closeEntry();
        }
        return jar;
    }
}
