package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a repository of its own, with a chosen PATH. */
@Timeout(60)
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "bash",
            "env",
            "dirname",
            "readlink",
            "sed",
            "head",
            "tail",
            "find",
            "tr",
            "cat",
            "awk",
            "sleep",
            "mkdir",
            "mv",
            "rm",
            "touch",
            "grep");

    @TempDir
    Path folder;

    private Path launcher;
    private Path tools;

    @BeforeEach
    void layOut() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("repository/jobs/bin"));
        launcher = bin.resolve("spark-ml-ext");
        Files.copy(Path.of("bin", "spark-ml-ext"), launcher);
        Files.copy(Path.of("bin", "quickstart"), bin.resolve("quickstart"));
        launcher.toFile().setExecutable(true);
        bin.resolve("quickstart").toFile().setExecutable(true);
        tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), find(tool));
        }
    }

    private static Path find(String tool) {
        for (String directory : System.getenv("PATH").split(":")) {
            Path candidate = Path.of(directory, tool);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("the launcher needs " + tool + ", which is not on the PATH");
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!" + find("bash") + "\n" + body + "\n");
        file.toFile().setExecutable(true);
    }

    private Path javaHome(String version, boolean compiler) throws IOException {
        Path home = folder.resolve("java-" + version);
        script(home.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
        if (compiler) {
            script(home.resolve("bin/javac"), "exit 1");
        }
        return home;
    }

    private CommandRun run(Path script, Map<String, String> environment, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        return new CommandRun(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    void withoutJavaItSaysWhatToInstall() throws Exception {
        for (Path script : List.of(launcher, launcher.resolveSibling("quickstart"))) {
            CommandRun run = run(script, Map.of());
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("no Java found", "openjdk-17-jdk", "JAVA_HOME");
        }
    }

    @Test
    void aJavaTooOldOrTooNewIsNamed() throws Exception {
        CommandRun old =
                run(launcher, Map.of("JAVA_HOME", javaHome("11.0.2", true).toString()), "train");
        assertThat(old.err()).contains("Java 17 is needed, found 11", "openjdk-17-jdk");
        assertThat(old.code()).isEqualTo(2);
        CommandRun young =
                run(launcher, Map.of("JAVA_HOME", javaHome("25", true).toString()), "train");
        assertThat(young.err()).contains("Spark runs on Java 17 and 21, found 25");
        assertThat(young.code()).isEqualTo(2);
    }

    @Test
    void withoutCompilerOrMavenItSaysWhatToInstall() throws Exception {
        CommandRun runtimeOnly =
                run(launcher, Map.of("JAVA_HOME", javaHome("17.0.1", false).toString()), "train");
        assertThat(runtimeOnly.err()).contains("a Java without a compiler", "openjdk-17-jdk");
        CommandRun noMaven =
                run(launcher, Map.of("JAVA_HOME", javaHome("17.0.2", true).toString()), "train");
        assertThat(noMaven.err()).contains("Maven is needed to build", "apt-get install maven");
        assertThat(noMaven.code()).isEqualTo(2);
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLog() throws Exception {
        script(tools.resolve("mvn"), "echo '[ERROR] no network'; exit 1");
        CommandRun run =
                run(launcher, Map.of("JAVA_HOME", javaHome("17.0.3", true).toString()), "train");
        assertThat(run.err()).contains("building spark-ml-ext", "[ERROR] no network", "the build failed", "build.log");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void optionsOfSparkSubmitGoToSparkSubmit() throws Exception {
        Path jar = folder.resolve("repository/jobs/target/jobs-1.jar");
        Files.createDirectories(jar.resolveSibling("launch"));
        Files.writeString(jar, "");
        Files.writeString(jar.resolveSibling("launch").resolve("spark-classpath.txt"), jar.toString());
        Path spark = folder.resolve("spark");
        script(spark.resolve("bin/spark-submit"), "printf '%s\\n' \"$@\"");
        CommandRun run = run(
                launcher,
                Map.of("JAVA_HOME", javaHome("17.0.4", true).toString(), "SPARK_HOME", spark.toString()),
                "train",
                "--master=spark://host:7077",
                "--conf",
                "spark.executor.cores=2",
                "--job",
                "my job.json",
                "--set",
                "numTrees=3");
        assertThat(run.code()).as(run.err()).isZero();
        List<String> words = run.out().lines().toList();
        int at = words.indexOf(jar.toRealPath().toString());
        assertThat(words.subList(0, at))
                .containsSequence("--master", "spark://host:7077")
                .containsSequence("--conf", "spark.executor.cores=2")
                .containsSequence("--class", "org.sparkmlext.jobs.Main");
        assertThat(words.subList(at + 1, words.size()))
                .containsExactly("train", "--job", "my job.json", "--set", "numTrees=3");
    }

    /** A Java that prints its arguments, and makes the archive that they ask for. */
    private Path javaWithArchives() throws IOException {
        Path home = javaHome("17.0.5", true);
        script(home.resolve("bin/java"), """
                for word in "$@"; do
                  case $word in
                    -version) echo 'openjdk version "17.0.5"' >&2 ;;
                    -XX:ArchiveClassesAtExit=*) touch "${word#*=}" ;;
                  esac
                done
                printf '%s\\n' "$@"
                """);
        return home;
    }

    private Path classPathOfSpark() throws IOException {
        Path launch = Files.createDirectories(folder.resolve("repository/jobs/target/launch"));
        Path jar = Files.writeString(launch.resolveSibling("jobs-1.jar"), "");
        Files.writeString(launch.resolve("java-options.txt"), "-Dopened=true");
        return Files.writeString(launch.resolve("spark-classpath.txt"), jar.toString());
    }

    @Test
    void anArchiveNoOlderThanTheClassPathIsUsedUnlessItIsSwitchedOff() throws Exception {
        Path classPath = classPathOfSpark();
        String home = javaWithArchives().toString();
        assertThat(run(launcher, Map.of("JAVA_HOME", home), "describe").out()).doesNotContain("SharedArchiveFile");

        Path archive = Files.writeString(classPath.resolveSibling("spark.jsa"), "");
        String option = "-XX:SharedArchiveFile=" + archive.toRealPath();
        CommandRun run = run(launcher, Map.of("JAVA_HOME", home), "describe", "--model", "a b");
        assertThat(run.out().lines())
                .containsSequence("org.apache.spark.deploy.SparkSubmit")
                .contains(option, "-Dopened=true")
                .endsWith("describe", "--model", "a b");
        assertThat(run(launcher, Map.of("JAVA_HOME", home, "SPARK_ML_EXT_ARCHIVE", "off"), "describe")
                        .out())
                .doesNotContain("SharedArchiveFile");

        Files.setLastModifiedTime(archive, FileTime.fromMillis(0));
        assertThat(run(launcher, Map.of("JAVA_HOME", home), "describe").out()).doesNotContain("SharedArchiveFile");
    }

    @Test
    void aBuildMakesTheArchiveOnceAndItsFailureIsNoError() throws Exception {
        String home = javaWithArchives().toString();
        script(
                tools.resolve("mvn"),
                "mkdir -p jobs/target/launch && touch jobs/target/jobs-1.jar jobs/target/launch/java-options.txt"
                        + " && : > jobs/target/launch/spark-classpath.txt");
        Path target = folder.resolve("repository/jobs/target");
        CommandRun first = run(launcher, Map.of("JAVA_HOME", home), "describe");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("making an archive of Spark's classes", "archived in");
        assertThat(target.resolve("launch/spark.jsa")).exists();
        assertThat(target.resolve("launch/archive")).doesNotExist();
        assertThat(first.out()).contains("-XX:SharedArchiveFile=").doesNotContain("quickstart");

        Files.delete(target.resolve("launch/spark.jsa"));
        Files.delete(target.resolve("jobs-1.jar"));
        script(
                Path.of(home, "bin/java"),
                "case $* in *ArchiveClassesAtExit*) exit 1 ;; *) echo 'openjdk version \"17.0.5\"' >&2 ;; esac");
        CommandRun second = run(launcher, Map.of("JAVA_HOME", home), "describe");
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(second.err()).contains("no archive could be made");
        assertThat(target.resolve("launch/spark.jsa")).doesNotExist();
    }
}
