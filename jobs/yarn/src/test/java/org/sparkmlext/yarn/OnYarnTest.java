package org.sparkmlext.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.jobs.Main;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.testing.SparkProcess;

/**
 * The packaged job, submitted to YARN in cluster mode: the driver and two executors are containers, and job file, table, checkpoints
 * and model lie on HDFS.
 */
@Tag("full")
@Timeout(400)
class OnYarnTest {
    private static final Duration LIMIT = Duration.ofSeconds(150);
    /** Containers end before a second compiler would have paid. */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    @TempDir
    static Path folder;

    private static HadoopCluster cluster;
    private static SparkSession session;
    private static final List<SparkProcess> SUBMISSIONS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        cluster = HadoopCluster.start(folder);
        cluster.startYarn();
        session = SparkOnHdfs.start(cluster);
        SparkOnHdfs.customers(session, 4000).write().parquet("/data/customers.parquet");
        SparkOnHdfs.load(session).repartition(2).write().parquet("/data/load.parquet");
        cluster.write("/jobs/common.json", """
                {"validationFraction": 0.1, "params": {"seed": 7}}
                """);
        cluster.write("/jobs/churn.json", """
                {
                  "include": "common.json",
                  "input": "${root}/customers.parquet",
                  "label": "left",
                  "ignore": ["customer"],
                  "output": "/models/${name}",
                  "params": {"numTrees": 15}
                }
                """);
        cluster.write("/jobs/load.json", """
                {
                  "include": "common.json",
                  "algorithm": "lstm-regressor",
                  "input": "${root}/load.parquet",
                  "time": "at",
                  "entity": "site",
                  "target": "load",
                  "output": "/models/${name}",
                  "params": {
                    "windowLength": 24, "horizon": 3, "network": "window-norm+lstm",
                    "maxEpochs": 3, "batchSize": 32, "learningRate": 0.01,
                    "numWorkers": 2, "numThreads": 1, "checkpointDir": "/checkpoints/${name}"
                  }
                }
                """);
        cluster.write("/jobs/misspelt.json", """
                {"input": "/data/customers.parquet", "lable": "left", "output": "/models/none"}
                """);
    }

    @AfterAll
    static void stop() {
        SUBMISSIONS.forEach(SparkProcess::close);
        if (session != null) {
            session.stop();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    /**
     * @param executorOptions of Java, for executors
     * @param settings of Spark
     */
    private static SparkProcess submit(String executorOptions, List<String> settings, String... arguments)
            throws IOException {
        Path home = SparkHome.prepare().toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                "yarn",
                "--deploy-mode",
                "cluster",
                "--properties-file",
                Path.of("..", "..", "conf", "spark-yarn.conf").toString(),
                "--num-executors",
                "2",
                "--executor-cores",
                "1",
                "--driver-memory",
                "640m",
                "--executor-memory",
                "640m",
                "--class",
                Main.class.getName(),
                // Spark's own jars lie on every host; the job's is sent.
                "--conf",
                "spark.yarn.jars=local:" + home.resolve("jars") + "/*",
                "--conf",
                "spark.yarn.appMasterEnv.JAVA_HOME=" + System.getProperty("java.home"),
                "--conf",
                "spark.executorEnv.JAVA_HOME=" + System.getProperty("java.home"),
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.yarn.report.interval=200ms",
                "--conf",
                "spark.yarn.scheduler.heartbeat.interval-ms=500",
                "--conf",
                "spark.driver.extraJavaOptions=" + SHORT_LIVED));
        command.addAll(List.of("--conf", "spark.executor.extraJavaOptions=" + SHORT_LIVED + " " + executorOptions));
        for (String setting : settings) {
            command.addAll(List.of("--conf", setting));
        }
        command.add(jobJar().toString());
        command.addAll(List.of(arguments));
        String conf = cluster.configurationDirectory().toString();
        SparkProcess submission = SparkProcess.start(
                home,
                folder,
                "submission-" + SUBMISSIONS.size(),
                command,
                Map.of("HADOOP_CONF_DIR", conf, "YARN_CONF_DIR", conf));
        SUBMISSIONS.add(submission);
        return submission;
    }

    private static Path jobJar() {
        return Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    /** What the containers of the application have printed, and the driver's among it. */
    private static String printed(SparkProcess submission) throws IOException {
        String application = submission
                .output()
                .lines()
                .filter(line -> line.contains("Submitted application application_"))
                .map(line -> line.replaceFirst(".*(application_\\d+_\\d+).*", "$1"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("was not submitted"));
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(cluster.containers())) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> path.toString().contains(application))
                    .filter(path -> path.getFileName().toString().matches("stdout|stderr"))
                    .toList()) {
                all.append("== ").append(file).append('\n').append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private static void succeeds(SparkProcess submission) throws Exception {
        int code = submission.awaitEnd(LIMIT);
        assertThat(code)
                .as("%s%n%s", submission.output(), code == 0 ? "" : printed(submission))
                .isZero();
        assertThat(submission.output()).contains("final status: SUCCEEDED");
    }

    private static String job(String name) {
        return "--job=" + cluster.uri() + "/jobs/" + name + ".json";
    }

    private static List<Row> scored(String model, String table, String by, String predictions) {
        String to = "/scores/" + model;
        SparkOnHdfs.run("score", "--model=/models/" + model, "--input=/data/" + table, "--output=" + to);
        return session.read()
                .parquet(to)
                .selectExpr(by + " AS by", predictions)
                .orderBy("by")
                .collectAsList();
    }

    @Test
    void treesTrainedInContainersPredictAsTreesTrainedHere() throws Exception {
        SparkProcess submission =
                submit("", List.of(), "train", job("churn"), "--var", "root=/data", "--var", "name=churn");
        SparkOnHdfs.run("train", job("churn"), "--var=root=/data", "--var=name=churn_here");
        succeeds(submission);
        assertThat(printed(submission))
                .contains(
                        "training with 2 workers", "on 2 executors", "model saved: " + cluster.uri() + "/models/churn")
                // The plan that every fit logs says what a container is allowed, and by which setting.
                .contains("spark.executor.memoryOverhead");
        assertThat(scored("churn", "customers.parquet", "customer", "struct(predictedLabel, probability)"))
                .hasSize(4000)
                .isEqualTo(
                        scored("churn_here", "customers.parquet", "customer", "struct(predictedLabel, probability)"));
    }

    /** Its kernels are native: each container unpacks them, here in its own directory, since its user has no home. */
    @Test
    void aNetworkTrainedInContainersPredictsAsOneTrainedHere() throws Exception {
        SparkProcess submission = submit(
                "-Duser.home=/dev/null",
                // The same series on each of the two workers as here.
                List.of("spark.sql.shuffle.partitions=2"),
                "train",
                job("load"),
                "--var",
                "root=" + cluster.uri() + "/data",
                "--var",
                "name=load");
        SparkOnHdfs.run("train", job("load"), "--var=root=/data", "--var=name=load_here");
        succeeds(submission);
        assertThat(printed(submission)).contains("training with 2 workers", "epoch 3/3");
        assertThat(containersWithOneDnn()).hasSize(2);
        assertThat(cluster.files().listStatus(new org.apache.hadoop.fs.Path("/checkpoints/load")))
                .extracting(status -> status.getPath().getName())
                .contains("round-000003.checkpoint", "best-model");
        assertThat(scored("load", "load.parquet", "struct(site, at)", "predictions"))
                .hasSize(2 * 288)
                .isEqualTo(scored("load_here", "load.parquet", "struct(site, at)", "predictions"));
    }

    /** Containers in whose directories oneDNN lies. */
    private static Set<String> containersWithOneDnn() throws IOException {
        try (Stream<Path> files = Files.walk(cluster.containers())) {
            return files.map(Path::toString)
                    .filter(path -> path.matches(".*/container_\\w+/.*/libdnnl\\.so[.0-9]*"))
                    .map(path -> path.replaceFirst(".*/(container_\\w+)/.*", "$1"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aJobFileAtFaultIsNamedWhereTheSubmissionEnds() throws Exception {
        SparkProcess submission = submit("", List.of(), "train", job("misspelt"));
        assertThat(submission.awaitEnd(LIMIT)).isEqualTo(1);
        String paragraph =
                "job file " + cluster.uri() + "/jobs/misspelt.json: unknown key 'lable'; did you mean 'label'?";
        assertThat(submission.output()).contains("final status: FAILED", "exit code 2: " + paragraph);
        assertThat(printed(submission)).contains("spark-ml-ext: " + paragraph);
        nothingWasTrained();
    }

    /** Once there is a session, YARN has the paragraph by itself, without the tail of a log around it. */
    @Test
    void aTableAtFaultIsTheApplicationsDiagnostics() throws Exception {
        SparkProcess submission = submit(
                "", List.of(), "train", "--input=/data/customers.parquet", "--label=lefd", "--output=/models/none");
        assertThat(submission.awaitEnd(LIMIT)).isEqualTo(1);
        assertThat(submission.output())
                .contains("final status: FAILED")
                .containsPattern("diagnostics: User class threw exception: .*exit code 2: .*unknown column 'lefd'")
                .contains("did you mean 'left'?");
        nothingWasTrained();
    }

    private static void nothingWasTrained() throws IOException {
        assertThat(cluster.files().exists(new org.apache.hadoop.fs.Path("/models/none")))
                .isFalse();
    }
}
