package org.sparkmlext.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What a repository demands of each artifact, and that the one jar has all that the packages have. */
@Tag("full")
class PublishedFilesTest {

    @ParameterizedTest
    @ValueSource(strings = {"gpu-kernels", "spark-ml-ext", "jobs"})
    void sourcesAndJavadocComeWithTheClasses(String artifact) throws Exception {
        Set<String> sources = PublishedFiles.entries(PublishedFiles.ours(artifact, "-sources.jar"));
        Set<String> pages = PublishedFiles.entries(PublishedFiles.ours(artifact, "-javadoc.jar"));
        Set<String> classes = new TreeSet<>();
        for (String entry : PublishedFiles.entries(PublishedFiles.ours(artifact, ".jar"))) {
            boolean isOwn = entry.startsWith(artifact.equals("jobs") ? "org/sparkmlext/jobs/" : "org/sparkmlext/");
            if (isOwn && entry.matches("[^$]+(?<!-info)\\.class")) {
                classes.add(entry.replaceAll("class$", "java"));
            }
        }
        assertThat(classes).isNotEmpty();
        assertThat(sources).containsAll(classes);
        assertThat(pages).contains("index.html").anyMatch(page -> classes.contains(page.replaceAll("html$", "java")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu-kernels", "spark-ml-ext", "jobs"})
    void pomsStandAloneAndSayWhatARepositoryDemands(String artifact) throws Exception {
        Path pom = PublishedFiles.ours(artifact, ".pom");
        Element project;
        try (InputStream in = Files.newInputStream(pom)) {
            project = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        }
        Set<String> elements = new TreeSet<>();
        for (Node node = project.getFirstChild(); node != null; node = node.getNextSibling()) {
            elements.add(node.getNodeName());
        }
        assertThat(elements)
                .contains("groupId", "artifactId", "version", "name", "description", "licenses")
                .doesNotContain("parent", "modules", "repositories", "profiles", "dependencyManagement", "build");
        // The job jar has them inside.
        assertThat(elements.contains("dependencies")).isEqualTo(!artifact.equals("jobs"));
        assertThat(project.getElementsByTagName("artifactId").item(0).getTextContent())
                .isEqualTo(artifact);
        assertThat(Files.readString(pom)).doesNotContain("${").doesNotContain("<scope>test</scope>");
    }

    /** Natives, too; and services of several jars in one file, not those of the last one. */
    @Test
    void theJobJarHasAllThatThePackagesHave() throws Exception {
        Path job = PublishedFiles.ours("jobs", ".jar");
        Set<String> inside = PublishedFiles.entries(job);
        List<Path> packages =
                PublishedFiles.jars().stream().filter(jar -> !jar.equals(job)).toList();
        assertThat(packages).hasSizeGreaterThan(5);
        Set<String> services = new TreeSet<>();
        for (Path jar : packages) {
            for (String entry : PublishedFiles.entries(jar)) {
                if (entry.startsWith("META-INF/services/")) {
                    services.add(entry);
                    assertThat(PublishedFiles.lines(job, entry))
                            .as(entry)
                            .containsAll(PublishedFiles.lines(jar, entry))
                            .doesNotHaveDuplicates()
                            .allMatch(name -> inside.contains(name.replace('.', '/') + ".class"));
                } else if (!entry.startsWith("META-INF/") && !entry.equals("module-info.class")) {
                    assertThat(inside).as(jar.getFileName().toString()).contains(entry);
                }
            }
        }
        assertThat(services)
                .contains(
                        "META-INF/services/org.apache.spark.ml.Estimator",
                        "META-INF/services/org.apache.spark.ml.Transformer",
                        "META-INF/services/org.apache.spark.sql.SparkSessionExtensionsProvider",
                        "META-INF/services/org.sparkmlext.kernels.BackendProvider");
        assertThat(inside).anyMatch(entry -> entry.matches(".*linux-x86_64/libdnnl\\.so.*"));
    }
}
