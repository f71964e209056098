package org.sparkmlext.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Precision;

/** Looks at every executor from the inside: what a worker there would find. */
public final class ExecutorProbe {

    /** The executor's own id. */
    public static final String ID = "id";

    public static final String HOST = "host";
    public static final String JAVA = "java";
    /** Version of this project's jar there. */
    public static final String PROJECT = "project";

    public static final String CPU = "cpu";
    public static final String CORES = "cores";
    public static final String HEAP = "heap";
    /** What {@link Backends#describeAll} says, one back end a line. */
    public static final String DEVICES = "devices";
    /** Whether networks can be computed in float32 on the CPU, and why (not): {@code yes: ...} or {@code no: ...}. */
    public static final String NETWORKS = "networks";
    /** The same in bfloat16. */
    public static final String BFLOAT16 = "bfloat16";
    /** Whether Spark's local directories and the directory for temporary files can be written to. */
    public static final String DIRECTORIES = "directories";

    public static final String YES = "yes: ";
    public static final String NO = "no: ";

    /** Tasks of a look stay for this long, so that none runs twice where another could run once. */
    private static final long STAY_MILLIS = 300;

    private static final int MOST_LOOKS = 3;

    private ExecutorProbe() {}

    /**
     * Facts by name, of each executor that had a slot free. In local mode there is one, the driver.
     *
     * @throws IllegalStateException if no executor registers within {@code spark.sparkmlext.executorsTimeout}
     */
    public static List<Map<String, String>> run(SparkContext context) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(context);
        boolean isLocal = WorkerChoice.isLocal(context.master());
        int executors = 1;
        int slots = 1;
        if (!isLocal) {
            ExecutorCensus census = ExecutorCensus.await(context, "", Deadlines.of(context.conf()));
            executors = census.numExecutors();
            slots = census.slots(context.conf().getInt("spark.task.cpus", 1));
        }
        Map<String, Map<String, String>> found = new TreeMap<>();
        JobWatch watch = new JobWatch();
        for (int look = 0; look < MOST_LOOKS && found.size() < executors; look++) {
            List<Integer> tasks = IntStream.range(0, Math.max(1, slots)).boxed().toList();
            FlatMapFunction<Iterator<Integer>, Map<String, String>> body =
                    isLocal ? it -> look(0) : it -> look(STAY_MILLIS);
            for (Map<String, String> facts : watch.await(
                    spark.parallelize(tasks, tasks.size()).mapPartitions(body).collectAsync())) {
                found.put(facts.getOrDefault(ID, "?"), facts);
            }
        }
        return new ArrayList<>(found.values());
    }

    /** How many executors there are; 1 in local mode. */
    public static int numExecutors(SparkContext context) {
        return WorkerChoice.isLocal(context.master())
                ? 1
                : ExecutorCensus.await(context, "", Deadlines.of(context.conf()))
                        .numExecutors();
    }

    private static Iterator<Map<String, String>> look(long stayMillis) throws InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        SparkEnv env = SparkEnv.get();
        facts.put(ID, env.executorId());
        facts.put(HOST, env.blockManager().blockManagerId().host());
        facts.put(JAVA, Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put(PROJECT, projectVersion());
        facts.put(CPU, cpu());
        facts.put(CORES, Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put(HEAP, Long.toString(Runtime.getRuntime().maxMemory()));
        facts.put(DEVICES, String.join("\n", Backends.describeAll()));
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend()) {
            facts.put(NETWORKS, text(backend, Precision.FLOAT32));
            facts.put(BFLOAT16, text(backend, Precision.BFLOAT16));
        }
        facts.put(DIRECTORIES, directories(env));
        TimeUnit.MILLISECONDS.sleep(stayMillis);
        return List.of(facts).iterator();
    }

    private static String text(Backend backend, Precision precision) {
        Availability availability = backend.graphs().supports(precision);
        return (availability.isAvailable() ? YES : NO) + availability.reason();
    }

    /** Version of this project's jar in this process; empty for classes that are in no jar. */
    public static String projectVersion() {
        String version = ExecutorProbe.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    private static String directories(SparkEnv env) {
        List<Path> all = new ArrayList<>(List.of(Path.of(System.getProperty("java.io.tmpdir"))));
        for (File directory : env.blockManager().diskBlockManager().localDirs()) {
            all.add(directory.toPath());
        }
        for (Path directory : all) {
            try {
                Files.delete(Files.createTempFile(directory, "spark-ml-ext", ".probe"));
            } catch (IOException e) {
                return NO + directory + " cannot be written to: " + e;
            }
        }
        return YES + String.join(", ", all.stream().map(Path::toString).toList());
    }

    /** Model and the instruction sets that kernels care for, as Linux tells them; elsewhere the architecture. */
    private static String cpu() {
        Path file = Path.of("/proc/cpuinfo");
        String architecture = System.getProperty("os.arch", "?");
        try {
            String model = architecture;
            List<String> sets = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("model name")) {
                    model = value;
                } else if (line.startsWith("flags") || line.startsWith("Features")) {
                    for (String flag : value.split(" ")) {
                        if (flag.matches("avx2|fma|avx512f|avx512_bf16|avx512_vnni|amx_bf16|asimd|sve|bf16")) {
                            sets.add(flag);
                        }
                    }
                    // The other cores are like the first.
                    break;
                }
            }
            return model + (sets.isEmpty() ? "" : " (" + String.join(" ", sets) + ")");
        } catch (IOException notLinux) {
            return architecture;
        }
    }
}
