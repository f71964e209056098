package org.sparkmlext.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.launcher.JavaModuleOptions;

/** A JVM of a Spark installation: a master, a worker, a server or a submission. Its output goes to a file. */
public final class SparkProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;

    private SparkProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts {@code java -cp HOME/jars/* mainClass arguments}. */
    public static SparkProcess start(Path home, Path logs, String name, List<String> arguments) throws IOException {
        return start(home, logs, name, arguments, Map.of());
    }

    /**
     * The same in an environment; as in Spark's own scripts {@code HADOOP_CONF_DIR} comes first on the class path.
     *
     * @param environment variables beside those of this JVM
     */
    public static SparkProcess start(
            Path home, Path logs, String name, List<String> arguments, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        // As one text: Spark 3.5 has no other form of it.
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")));
        String jars = home.resolve("jars") + File.separator + "*";
        String configuration = environment.get("HADOOP_CONF_DIR");
        command.addAll(List.of("-cp", configuration == null ? jars : configuration + File.pathSeparator + jars));
        command.addAll(arguments);
        Path log = logs.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().putAll(environment);
        return new SparkProcess(name, builder.start(), log);
    }

    /** What it has printed so far. */
    public String output() throws IOException {
        return Files.readString(log);
    }

    /** Waits until the output has a text so many times. */
    public void awaitOutput(String text, int times, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (output().split(text, -1).length <= times) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        name + (process.isAlive() ? " took too long" : " has ended") + ":\n" + output());
            }
            Thread.sleep(100);
        }
    }

    /** Waits for the end and returns the exit code. */
    public int awaitEnd(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
            throw new IllegalStateException(name + " took too long:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
