package org.sparkmlext.connect;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sparkmlext.testing.SparkHome;
import org.sparkmlext.testing.SparkProcess;

/** Spark's own server, started as {@code start-connect-server.sh --jars JOBS_JAR} does, on two executors. */
record ConnectServer(SparkProcess process, int port) implements AutoCloseable {
    private static final Pattern STARTED = Pattern.compile("Spark Connect server started at: \\S*:(\\d+)");

    static ConnectServer start(Path folder) throws IOException, InterruptedException {
        SparkProcess process = SparkProcess.start(
                SparkHome.prepare().toAbsolutePath(),
                folder,
                "server",
                List.of(
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
                        "spark.connect.grpc.binding.address=127.0.0.1",
                        "--conf",
                        "spark.connect.grpc.binding.port=0",
                        "--conf",
                        "spark.sql.warehouse.dir=" + folder.resolve("warehouse"),
                        "--conf",
                        "spark.sql.catalogImplementation=in-memory",
                        "--jars",
                        jobJar().toString(),
                        "--class",
                        "org.apache.spark.sql.connect.service.SparkConnectServer",
                        "spark-internal"));
        process.awaitOutput("Spark Connect server started at: ", 1, Duration.ofMinutes(2));
        Matcher started = STARTED.matcher(process.output());
        if (!started.find()) {
            process.close();
            throw new IllegalStateException("the server does not name its port:\n" + process.output());
        }
        return new ConnectServer(process, Integer.parseInt(started.group(1)));
    }

    private static Path jobJar() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().matches("jobs-.*\\.jar"))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the packaged job is not on the class path: run 'mvn verify"
                                + " -Pfull', whose tests come after the job is packaged"));
    }

    @Override
    public void close() {
        process.close();
    }
}
