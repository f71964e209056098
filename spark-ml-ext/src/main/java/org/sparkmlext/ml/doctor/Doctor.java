package org.sparkmlext.ml.doctor;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.package$;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.runtime.ExecutorProbe;
import org.sparkmlext.runtime.FitForecast;
import org.sparkmlext.tree.BoostingAlgorithm;
import org.sparkmlext.tree.Objective;

/**
 * Looks at a Spark application: versions, settings, every executor from the inside, memory for a fit to come, and whether all
 * workers can train together, by a small fit that takes the same way as a large one.
 */
public final class Doctor {
    private static final List<String> TESTED_SPARKS = List.of("3.5.6", "4.0.1", "4.1.0");

    private final SparkSession session;
    private final SparkContext context;
    private final SparkConf conf;
    private final List<Finding> findings = new ArrayList<>();

    public Doctor(SparkSession session) {
        this.session = session;
        this.context = session.sparkContext();
        this.conf = context.getConf();
    }

    /**
     * Looks at everything.
     *
     * @param size of a fit to come; null where nobody knows
     * @param checkpointDir directory of checkpoints to come; null for none
     */
    public List<Finding> examine(@Nullable FitSize size, @Nullable String checkpointDir) {
        findings.clear();
        versions();
        settings();
        List<Map<String, String>> executors = executors();
        if (checkpointDir != null) {
            checkpointDirectory(checkpointDir);
        }
        if (!executors.isEmpty()) {
            if (size != null) {
                memory(size);
            }
            findings.add(TrialFit.run(session));
        }
        return List.copyOf(findings);
    }

    /** Whether nothing keeps a fit from running. */
    public static boolean isHealthy(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.level() == Finding.Level.FAIL);
    }

    private void versions() {
        String own = ExecutorProbe.projectVersion();
        String spark = package$.MODULE$.SPARK_VERSION();
        findings.add(Finding.ok("project", "spark-ml-ext " + (own.isEmpty() ? "(not packaged)" : own)));
        String text = "Spark " + spark + ", Scala " + scala.util.Properties.versionNumberString();
        if (spark.equals("4.0.0")) {
            findings.add(Finding.fail("Spark", text + ", whose Params Java cannot extend", "Use Spark 4.0.1 or later"));
        } else if (TESTED_SPARKS.contains(spark)) {
            findings.add(Finding.ok("Spark", text));
        } else {
            findings.add(Finding.warn(
                    "Spark",
                    text + "; tested are " + String.join(", ", TESTED_SPARKS),
                    "Use one of these where you can"));
        }
        int java = Runtime.version().feature();
        if (java == 17 || java == 21) {
            findings.add(Finding.ok("Java", Runtime.version().toString()));
        } else {
            findings.add(Finding.warn("Java", Runtime.version() + "; Spark runs on 17 and 21", "Set JAVA_HOME to one"));
        }
    }

    private void settings() {
        findings.add(Finding.ok("master", context.master()));
        dynamicAllocation();
        if (conf.getBoolean("spark.speculation", false)) {
            findings.add(Finding.warn(
                    "speculation",
                    "spark.speculation is true; a second copy of a worker's task takes a slot for nothing",
                    "Set spark.speculation=false"));
        }
        String silence = conf.get("spark.network.timeout", "120s");
        long seconds = conf.getTimeAsSeconds("spark.network.timeout", "120s");
        long ours = conf.getTimeAsSeconds("spark.sparkmlext.silenceTimeout", "300s");
        if (seconds >= ours) {
            findings.add(Finding.warn(
                    "deadlines",
                    "spark.network.timeout (" + silence + ") is not below spark.sparkmlext.silenceTimeout (" + ours
                            + "s): a frozen executor is taken for a frozen worker",
                    "Raise spark.sparkmlext.silenceTimeout above it"));
        }
    }

    /** Workers come one by one there; what keeps them from being as many as they could is worth a word. */
    private void dynamicAllocation() {
        String check = "dynamic allocation";
        String most = "spark.dynamicAllocation.maxExecutors";
        String ratio = "spark.dynamicAllocation.executorAllocationRatio";
        if (!conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            findings.add(Finding.ok(check, "off"));
        } else if (!conf.contains(most)) {
            findings.add(Finding.warn(
                    check,
                    "on, and " + most
                            + " is not set: how many workers there are by default depends on the executors of the"
                            + " moment, and trainings run one after another",
                    "Set " + most + ", or numWorkers in each fit"));
        } else if (conf.getDouble(ratio, 1) < 1) {
            findings.add(Finding.warn(
                    check,
                    "on, with " + ratio + " = " + conf.get(ratio)
                            + ": Spark asks for fewer executors than the workers of a fit need at once",
                    "Set " + ratio + "=1"));
        } else {
            findings.add(Finding.ok(
                    check, "on, at most " + conf.get(most) + " executors; workers get their slots one by one"));
        }
    }

    private List<Map<String, String>> executors() {
        ExecutorProbe.Executors found;
        try {
            found = ExecutorProbe.run(context);
        } catch (IllegalStateException none) {
            findings.add(Finding.fail(
                    "executors",
                    FailureText.of(none),
                    "Lower spark.executor.memory or spark.executor.cores, or free the cluster"));
            return List.of();
        }
        List<Map<String, String>> executors = found.looked();
        String number = found.number() + (found.number() == 1 ? " executor" : " executors");
        if (executors.size() < found.number()) {
            findings.add(Finding.warn(
                    "executors",
                    number + ", of which " + executors.size() + " had a slot free; a fit waits for all of them",
                    "Let the other jobs of this application end, or look again"));
        } else {
            findings.add(
                    Finding.ok("executors", number + ", " + found.slots() + (found.slots() == 1 ? " slot" : " slots")));
        }
        executors.forEach(this::executor);
        same(executors, ExecutorProbe.JAVA, "Java on executors", "Install the same Java everywhere");
        same(
                executors,
                ExecutorProbe.PROJECT,
                "project on executors",
                "Remove the older jar from the executors' class path (spark.executor.extraClassPath, jars/)");
        return executors;
    }

    private void executor(Map<String, String> facts) {
        String name = "executor " + facts.get(ExecutorProbe.ID) + " on " + facts.get(ExecutorProbe.HOST);
        long heap = Long.parseLong(facts.getOrDefault(ExecutorProbe.HEAP, "0"));
        findings.add(Finding.ok(
                name,
                String.format(
                        Locale.ROOT,
                        "%s processors, heap %.1f GiB, Java %s, %s",
                        facts.get(ExecutorProbe.CORES),
                        heap / (double) (1 << 30),
                        facts.get(ExecutorProbe.JAVA),
                        facts.get(ExecutorProbe.CPU))));
        yesOrNo(
                facts,
                ExecutorProbe.NETWORKS,
                name + ", networks",
                no -> Finding.warn(
                        name + ", networks",
                        no,
                        "Trees train without it. Put the jars dnnl, opencl and javacpp with this platform's natives on the class path"));
        yesOrNo(facts, ExecutorProbe.BFLOAT16, name + ", bfloat16", no -> Finding.ok(name + ", bfloat16", "no: " + no));
        yesOrNo(
                facts,
                ExecutorProbe.DIRECTORIES,
                name + ", local directories",
                no -> Finding.fail(
                        name + ", local directories",
                        no,
                        "Set spark.local.dir and java.io.tmpdir to directories that can be written to"));
        devices(name, facts.getOrDefault(ExecutorProbe.DEVICES, ""));
    }

    private void yesOrNo(Map<String, String> facts, String fact, String check, Function<String, Finding> no) {
        String text = facts.getOrDefault(fact, "");
        findings.add(
                text.startsWith(ExecutorProbe.YES)
                        ? Finding.ok(check, text.substring(ExecutorProbe.YES.length()))
                        : no.apply(text.substring(Math.min(text.length(), ExecutorProbe.NO.length()))));
    }

    /** A missing GPU is a fault only where Spark was told to give one. */
    private void devices(String name, String devices) {
        boolean isAsked = conf.getInt("spark.executor.resource.gpu.amount", 0) > 0;
        for (String device : devices.split("\n")) {
            boolean isGpu = !device.startsWith("cpu:");
            if (isGpu && device.contains("not available") && isAsked) {
                findings.add(Finding.warn(
                        name + ", GPU",
                        device + ", though spark.executor.resource.gpu.amount asks for one",
                        "Install the CUDA driver there, or train on the CPU (device=cpu)"));
            } else if (isGpu) {
                findings.add(Finding.ok(name + ", GPU", device));
            }
        }
    }

    private void same(List<Map<String, String>> executors, String fact, String check, String remedy) {
        TreeSet<String> values = new TreeSet<>();
        executors.forEach(facts -> values.add(facts.getOrDefault(fact, "")));
        if (values.size() > 1) {
            findings.add(Finding.fail(check, "not the same everywhere: " + String.join("; ", values), remedy));
        }
    }

    private void checkpointDirectory(String directory) {
        String remedy = "Set checkpointDir to a directory that the driver may write to";
        try {
            Path root = new Path(directory);
            FileSystem files = root.getFileSystem(context.hadoopConfiguration());
            if (!files.mkdirs(root)) {
                throw new IOException("it cannot be made");
            }
            Path probe = new Path(root, ".probe-" + UUID.randomUUID());
            try (OutputStream out = files.create(probe, false)) {
                out.write(0);
            }
            files.delete(probe, false);
            findings.add(Finding.ok("checkpointDir", directory));
        } catch (IOException | IllegalArgumentException e) {
            findings.add(
                    Finding.fail("checkpointDir", directory + " cannot be written to: " + FailureText.of(e), remedy));
        }
    }

    private void memory(FitSize size) {
        String what = String.format(
                Locale.ROOT, "%,d rows x %,d features", size.rows() + size.validationRows(), size.features());
        try {
            BoostedTreesClassifier trees = new BoostedTreesClassifier();
            Objective objective = Objective.of(size.numClasses() == 0 ? Objective.Kind.SQUARED : Objective.Kind.AUTO);
            String plan = FitForecast.of(
                    context,
                    new BoostingAlgorithm(trees.boostingSettings(objective, null, null, trees.getSeed())),
                    trees.runtimeOptions(),
                    size.rows(),
                    size.validationRows(),
                    size.features(),
                    size.numClasses());
            findings.add(Finding.ok("memory", what + ": " + plan));
        } catch (IllegalArgumentException refused) {
            findings.add(Finding.fail(
                    "memory",
                    what + ": " + refused.getMessage(),
                    "Change the setting that is named, or use fewer rows"));
        }
    }
}
