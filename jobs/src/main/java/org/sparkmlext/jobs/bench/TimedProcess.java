package org.sparkmlext.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.sparkmlext.ml.input.BadInputException;

/** Runs one system once, in a fresh JVM with the same heap and the same options for all. */
final class TimedProcess {
    private static final String PYTHON = "python3";

    private final Path peers;
    private final Path work;
    private final String heap;
    private final int limitSeconds;
    /** Systems whose archive was made here: one that lies there from before says nothing about today's class path. */
    private final Set<String> archived = new HashSet<>();

    /** A run that ended badly or not in time; the message names its log. */
    static final class RunFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RunFailedException(String message) {
            super(message);
        }
    }

    /** A run that cannot be made on this machine; the message says why. */
    static final class SkippedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SkippedException(String message) {
            super(message);
        }
    }

    /**
     * @param peers folder of the peers' modules
     * @param work folder for logs
     * @param heap such as {@code 6g}
     * @param limitSeconds a run that takes longer is ended and is an error
     */
    TimedProcess(Path peers, Path work, String heap, int limitSeconds) {
        this.peers = peers;
        this.work = work;
        this.heap = heap;
        this.limitSeconds = limitSeconds;
    }

    /**
     * The run's result line as JSON.
     *
     * @throws RunFailedException if the run fails or takes too long; its log is named
     * @throws SkippedException if it cannot be made on this machine
     */
    JsonNode run(TimedSystem system, List<String> arguments) {
        return run(
                system,
                archived.contains(system.name()) ? List.of("-XX:SharedArchiveFile=" + archive(system)) : List.of(),
                arguments);
    }

    /**
     * Keeps the classes of a run of the system, which is not timed, as the JVM holds them in memory; timed runs start from there.
     *
     * @throws RunFailedException if the run fails, takes too long, or leaves no archive
     */
    void archiveClasses(TimedSystem system, List<String> arguments) {
        Path archive = archive(system);
        try {
            Files.createDirectories(work);
            Files.deleteIfExists(archive);
        } catch (IOException broken) {
            throw new UncheckedIOException("the archive " + archive + " cannot be replaced", broken);
        }
        run(system, List.of("-XX:ArchiveClassesAtExit=" + archive), arguments);
        if (!Files.isRegularFile(archive)) {
            throw new RunFailedException(system.name() + " left no archive of its classes; log: " + log(system));
        }
        archived.add(system.name());
    }

    private Path archive(TimedSystem system) {
        return work.resolve(system.name() + ".jsa");
    }

    private Path log(TimedSystem system) {
        return work.resolve(system.name() + ".log");
    }

    private JsonNode run(TimedSystem system, List<String> javaOptions, List<String> arguments) {
        List<String> command = new ArrayList<>(system.launcher());
        command.addAll(system.isScript() ? python(system) : java(system, javaOptions));
        command.add("system=" + system.name());
        command.addAll(system.arguments());
        command.addAll(arguments);
        Path log = log(system);
        try {
            Files.createDirectories(work);
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(system.environment(work.toAbsolutePath()));
            Process process = start(builder, system);
            try {
                if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                    throw new RunFailedException(system.name() + " took more than " + limitSeconds + " s; log: " + log);
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() == RunReport.SKIPPED_EXIT) {
                throw new SkippedException(reason(log));
            }
            Optional<String> result = Files.readAllLines(log).stream()
                    .filter(line -> line.startsWith(RunReport.MARK))
                    .findFirst();
            if (process.exitValue() != 0 || result.isEmpty()) {
                throw new RunFailedException(
                        system.name() + " failed with exit code " + process.exitValue() + "; log: " + log);
            }
            return new ObjectMapper().readTree(result.get().substring(RunReport.MARK.length()));
        } catch (IOException broken) {
            throw new UncheckedIOException(system.name() + " cannot be run", broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + system.name() + " ran", stopped);
        }
    }

    private List<String> java(TimedSystem system, List<String> javaOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.addAll(javaOptions);
        command.addAll(system.javaOptions(system.module().isEmpty() ? work : target(system)));
        command.addAll(moduleOptions());
        command.addAll(List.of("-cp", classPath(system), system.mainClass()));
        return command;
    }

    private List<String> python(TimedSystem system) {
        Path script = peers.resolve(system.module()).resolve(system.mainClass());
        if (!Files.isRegularFile(script)) {
            throw new BadInputException("no " + script + "; name the folder of the peers by --peers-directory");
        }
        return List.of(PYTHON, script.toString());
    }

    private static Process start(ProcessBuilder builder, TimedSystem system) throws IOException {
        try {
            return builder.start();
        } catch (IOException absent) {
            if (system.isScript()) {
                throw new SkippedException("there is no " + PYTHON + ": " + absent.getMessage());
            }
            throw absent;
        }
    }

    private static String reason(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith(RunReport.SKIPPED))
                .findFirst()
                .map(line -> line.substring(RunReport.SKIPPED.length()))
                .orElse("it did not say why; log: " + log);
    }

    /** Opens and added modules of this JVM, which spark-submit chose. */
    private static List<String> moduleOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-")
                        || option.startsWith("-XX:+IgnoreUnrecognizedVMOptions")
                        || option.startsWith("-Djdk.reflect."))
                .toList();
    }

    private String classPath(TimedSystem system) {
        if (system.module().isEmpty()) {
            return ownJar() + File.pathSeparator + System.getProperty("java.class.path");
        }
        Path target = target(system);
        Path list = target.resolve("class-path.txt");
        if (!Files.isRegularFile(list)) {
            throw new BadInputException("peer '" + system.module() + "' is not built (no " + list
                    + "); build the peers with: mvn -B -Ppeers -Dmaven.test.skip=true package");
        }
        try {
            return (system.isOwn() ? ownJar() : jar(target))
                    + File.pathSeparator
                    + Files.readString(list).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Path target(TimedSystem system) {
        return peers.resolve(system.module()).resolve("target");
    }

    /** A jar, not the folder of classes: the JVM archives no classes of folders. */
    private static Path jar(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException("no jar in " + target
                            + "; build the peers with: mvn -B -Ppeers -Dmaven.test.skip=true package"));
        }
    }

    private static String ownJar() {
        try {
            return Path.of(TimedProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
