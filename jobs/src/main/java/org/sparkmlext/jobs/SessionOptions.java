package org.sparkmlext.jobs;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil$;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every subcommand that runs Spark. */
final class SessionOptions {

    @Option(names = "--job", description = "Job file (JSON) with these options; the command line rules over it.")
    @Nullable
    String job;

    @Option(names = "--conf-file", hidden = true, description = "Other name of --job.")
    @Nullable
    String confFile;

    @Option(
            names = "--var",
            paramLabel = "NAME=VALUE",
            description =
                    "What a variable of the job file stands for; may be repeated. Else it is an environment variable.")
    Map<String, String> variables = new LinkedHashMap<>();

    @Option(names = "--verbose", description = "Print the stack trace of a failure.")
    boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print these options.")
    boolean help;

    @Nullable
    String jobFile() {
        return job != null ? job : confFile;
    }

    /** How files are reached where there need not be a session: as {@code spark.hadoop.*} settings of this process say. */
    static Configuration hadoop() {
        return SparkHadoopUtil$.MODULE$.newConfiguration(new SparkConf());
    }

    /** The session of this process; what spark-submit configured stays, and a bare run is local with all cores. */
    static SparkSession session(String name) {
        return session(name, Map.of());
    }

    /** The same, with settings where spark-submit configured none. */
    static SparkSession session(String name, Map<String, String> settings) {
        SparkConf conf = new SparkConf();
        settings.forEach(conf::setIfMissing);
        conf.setIfMissing("spark.app.name", name);
        conf.setIfMissing("spark.master", "local[*]");
        if (conf.get("spark.master").startsWith("local")) {
            // A single process talks to nobody: no port on the network, and no table of 200 tiny partitions.
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing(
                    "spark.sql.shuffle.partitions",
                    Integer.toString(Math.max(2, Runtime.getRuntime().availableProcessors())));
        }
        return SparkSession.builder().config(conf).getOrCreate();
    }
}
