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
import org.apache.spark.TaskContext;
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
    /** Processors that the JVM sees; Spark may give tasks fewer. */
    public static final String CORES = "cores";

    public static final String HEAP = "heap";
    /** What {@link Backends#describeAll} says of the devices that a task there is given, one back end a line. */
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
     * The executors of an application.
     *
     * @param number how many there are; 1 in local mode
     * @param slots tasks that can run at once
     * @param looked facts by name, of each that had a slot free
     */
    public record Executors(int number, int slots, List<Map<String, String>> looked) {}

    /**
     * Waits until the number of executors is stable, and looks at each. Under dynamic allocation, where it never is, at those that come
     * for a task.
     *
     * @throws IllegalStateException if no executor registers within {@code spark.sparkmlext.executorsTimeout}
     */
    public static Executors run(SparkContext context) {
        boolean isLocal = WorkerChoice.isLocal(context.master());
        if (isLocal) {
            return new Executors(1, WorkerChoice.localCores(context.master()), look(context, 1, 0));
        }
        if (ExecutorLimits.isDynamic(context.conf())) {
            List<Map<String, String>> looked = look(context, 1, 0);
            return new Executors(looked.size(), looked.size(), looked);
        }
        ExecutorCensus census = ExecutorCensus.await(context, "", Deadlines.of(context.conf()));
        int slots = census.slots(context.conf().getInt("spark.task.cpus", 1));
        Map<String, Map<String, String>> found = new TreeMap<>();
        for (int look = 0; look < MOST_LOOKS && found.size() < census.numExecutors(); look++) {
            look(context, Math.max(1, slots), STAY_MILLIS)
                    .forEach(facts -> found.put(facts.getOrDefault(ID, "?"), facts));
        }
        return new Executors(census.numExecutors(), slots, new ArrayList<>(found.values()));
    }

    private static List<Map<String, String>> look(SparkContext context, int numTasks, long stayMillis) {
        List<Integer> tasks = IntStream.range(0, numTasks).boxed().toList();
        FlatMapFunction<Iterator<Integer>, Map<String, String>> body = it -> look(stayMillis);
        return new JobWatch()
                .await(JavaSparkContext.fromSparkContext(context)
                        .parallelize(tasks, numTasks)
                        .mapPartitions(body)
                        .collectAsync());
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
        facts.put(
                DEVICES,
                String.join("\n", Backends.describeAll(device -> GivenDevice.ordinal(TaskContext.get(), device))));
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
