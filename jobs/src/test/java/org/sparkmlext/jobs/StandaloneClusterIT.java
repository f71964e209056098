package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.jobs.quickstart.CustomerRows;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.testing.SparkProcess;

/** The packaged job, submitted to a standalone master with two workers, each a real process. */
@Tag("full")
@Timeout(600)
class StandaloneClusterIT {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration JOB = Duration.ofSeconds(240);
    private static final int ROWS = 6000;

    @TempDir
    static Path folder;

    private static final List<SparkProcess> PROCESSES = new ArrayList<>();
    private static Path home;
    private static Path jar;
    private static Path table;
    private static String masterUrl;
    private static String localModel;

    @BeforeAll
    static void startCluster() throws Exception {
        home = SparkHome.prepare().toAbsolutePath();
        jar = packagedJar();
        table = folder.resolve("customers.csv");
        Files.write(table, customers());
        LocalSpark.session();
        Path model = folder.resolve("local-model");
        CommandRun local = CommandRun.of(trainArguments(model).toArray(new String[0]));
        assertThat(local.code()).as(local.err()).isZero();
        localModel = sha256(model);
        LocalSpark.stop();
        int port = freePort();
        masterUrl = "spark://127.0.0.1:" + port;
        SparkProcess master = start(
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--webui-port",
                "0");
        master.awaitOutput("New state: ALIVE", 1, START);
        for (int worker = 1; worker <= 2; worker++) {
            // Two cores each: in cluster mode the driver takes one.
            start(
                    "worker" + worker,
                    "org.apache.spark.deploy.worker.Worker",
                    "--host",
                    "127.0.0.1",
                    "--cores",
                    "2",
                    "--memory",
                    "2g",
                    "--webui-port",
                    "0",
                    "--work-dir",
                    folder.resolve("work" + worker).toString(),
                    masterUrl);
        }
        master.awaitOutput("Registering worker", 2, START);
    }

    @AfterAll
    static void stopCluster() {
        for (int i = PROCESSES.size() - 1; i >= 0; i--) {
            PROCESSES.get(i).close();
        }
    }

    @Test
    void clientModeTrainsOnTwoExecutorsTheSameModelAsLocally() throws Exception {
        Path model = folder.resolve("client-model");
        SparkProcess submission = submit("client", trainArguments(model));
        assertThat(submission.awaitEnd(JOB)).as(submission.output()).isZero();
        assertThat(submission.output()).contains("training with 2 workers", "round 20/20", "model saved: ");
        assertThat(sha256(model)).isEqualTo(localModel);
    }

    @Test
    void clusterModeTrainsTheSameModel() throws Exception {
        Path model = folder.resolve("cluster-model");
        SparkProcess submission = submit("cluster", trainArguments(model));
        assertThat(submission.awaitEnd(JOB)).as(submission.output()).isZero();
        assertThat(sha256(model)).isEqualTo(localModel);
    }

    @Test
    void badInputEndsWithCodeTwoAndOneParagraph() throws Exception {
        List<String> arguments = new ArrayList<>(trainArguments(folder.resolve("none")));
        arguments.add("--set=numTree=3");
        SparkProcess submission = submit("client", arguments);
        assertThat(submission.awaitEnd(JOB)).as(submission.output()).isEqualTo(2);
        assertThat(submission.output())
                .contains("unknown param 'numTree'; did you mean 'numTrees'?")
                .doesNotContain("\tat ");
    }

    private static SparkProcess start(String name, String... arguments) throws IOException {
        SparkProcess process = SparkProcess.start(home, folder, name, List.of(arguments));
        PROCESSES.add(process);
        return process;
    }

    private static SparkProcess submit(String mode, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                masterUrl,
                "--deploy-mode",
                mode,
                "--driver-memory",
                "1g",
                "--executor-memory",
                "1g",
                "--executor-cores",
                "1",
                "--total-executor-cores",
                "2",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.standalone.submit.waitAppCompletion=true",
                "--class",
                "org.sparkmlext.jobs.Main",
                jar.toUri().toString()));
        command.addAll(arguments);
        SparkProcess process = SparkProcess.start(home, folder, mode + "-submission-" + PROCESSES.size(), command);
        PROCESSES.add(process);
        return process;
    }

    private static List<String> trainArguments(Path model) {
        return List.of(
                "train",
                "--input=" + table,
                "--label=left",
                "--ignore=customer",
                "--output=" + model,
                "--validation-fraction=0.1",
                "--set=numTrees=20",
                "--progress=plain");
    }

    private static List<String> customers() {
        CustomerRows rows = new CustomerRows(3);
        List<String> lines =
                new ArrayList<>(List.of(String.join(",", CustomerRows.schema().fieldNames())));
        for (long customer = 0; customer < ROWS; customer++) {
            Row row = rows.row(customer);
            lines.add(IntStream.range(0, row.length())
                    .mapToObj(column ->
                            row.isNullAt(column) ? "" : row.get(column).toString())
                    .collect(Collectors.joining(",")));
        }
        return lines;
    }

    private static Path packagedJar() throws IOException {
        try (var files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("jobs-[0-9].*\\.jar"))
                    .filter(file -> !file.getFileName().toString().matches(".*-(tests|sources|javadoc)\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no packaged job in target/: run 'mvn verify -Pfull'"))
                    .toAbsolutePath();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String sha256(Path model) throws Exception {
        try (var files = Files.walk(model)) {
            Path tensors = files.filter(file -> file.endsWith("model.safetensors"))
                    .findFirst()
                    .orElseThrow();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(tensors)));
        }
    }
}
