package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link RankMain} and the pipe to it. */
final class RankProcess implements AutoCloseable {
    private static final long LIMIT_SECONDS = 120;
    private static final String GONE = "gone|";

    private final Process process;
    private final PrintStream orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private RankProcess(Process process) {
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::readAnswers, "rank-process-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static RankProcess start(int rank, Duration patience) throws Exception {
        String classPath = location(Collective.class) + File.pathSeparator + location(RankMain.class);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                RankMain.class.getName(),
                String.valueOf(rank),
                String.valueOf(patience.toMillis()));
        return new RankProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    void order(String order) {
        orders.println(order);
    }

    /** The answer without what was leaked, of which there must be nothing. */
    String answer() throws InterruptedException {
        String answer = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).as("answer within %s s", LIMIT_SECONDS).isNotNull();
        int bar = answer.lastIndexOf('|');
        assertThat(answer.substring(bar + 1)).as("left open after: " + answer).isEmpty();
        return answer.substring(0, bar);
    }

    String ask(String order) throws InterruptedException {
        order(order);
        return answer();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Stops the process where it is, its sockets open. */
    void freeze() throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-STOP", String.valueOf(process.pid()))
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void readAnswers() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                answers.add(line);
            }
            answers.add(GONE);
        } catch (IOException closed) {
            answers.add(GONE);
        }
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
