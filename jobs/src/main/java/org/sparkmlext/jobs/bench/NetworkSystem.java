package org.sparkmlext.jobs.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A way to train a network: our engine, our engine through Spark, or a peer built under the profile {@code peers}.
 *
 * @param name in tables and on the command line; with a network {@code name.network}
 * @param module folder below {@code jobs/peers} of the peer; empty for ours
 * @param mainClass of one run
 * @param arguments {@code key=value} beyond those every run gets
 * @param isPinned whether it gets the first core alone, and nothing of the others
 * @param variant what distinguishes it, for the table's notes
 */
public record NetworkSystem(
        String name, String module, String mainClass, List<String> arguments, boolean isPinned, String variant)
        implements TimedSystem {

    /** Networks by name. */
    public static final List<String> NETWORKS = List.of("vgg-cifar", "small-cnn", "lstm-attention");

    /** Name of our engine's loop without Spark, one rank of two threads; the precision follows. */
    static final String BARE_1X2 = "ours-1x2-";

    /** The same, two ranks of a thread. */
    static final String BARE_2X1 = "ours-2x1-";

    /** Name of our engine's loop without Spark on a GPU; the precision follows. */
    static final String CUDA = "ours-cuda-";

    private static final String CUDA_LIBRARIES = CUDA + "libraries-bfloat16";

    private static final String GPU_PEER = "torch-gpu";
    /** How PyTorch makes a step, in words. */
    private static final Map<String, String> TORCH_GPU = new TreeMap<>(Map.of(
            "eager", "fused Adam, step by step",
            "graph", "fused Adam, one CUDA graph a step",
            "compiled", "torch.compile, one CUDA graph a step",
            "autotuned", "torch.compile with max-autotune, one CUDA graph a step"));

    private static final String BARE = "org.sparkmlext.jobs.bench.OwnNetworkRun";
    private static final String THROUGH_SPARK = "org.sparkmlext.jobs.bench.OwnSparkNetworkRun";
    private static final String PEERS = "org.sparkmlext.peers.";
    private static final String OFFICIAL = "libtorch";
    /** Of the Spark that ours is built for; its launcher asks for it where an installation is no release. */
    private static final String SCALA = "2.13";

    /** What glibc reads: no mapping for an allocation below 8 GiB, nothing given back below 16. */
    private static final Map<String, String> KEPT_MEMORY = Map.of(
            "MALLOC_MMAP_THRESHOLD_", Long.toString(8L << 30), "MALLOC_TRIM_THRESHOLD_", Long.toString(16L << 30));

    private static final String AMONG_SYSTEM_LIBRARIES = "-Dorg.bytedeco.javacpp.pathsFirst=true";

    public NetworkSystem {
        arguments = List.copyOf(arguments);
    }

    /** All systems by name. */
    public static Map<String, NetworkSystem> all() {
        List<NetworkSystem> systems = new ArrayList<>();
        for (String precision : List.of("float32", "bfloat16")) {
            systems.add(bare(1, 2, precision));
            systems.add(bare(2, 1, precision));
            systems.add(spark("local[2]", "2x1", precision));
            systems.add(spark("local[2]", "1x2", precision));
            systems.add(spark("local-cluster[2,1,2048]", "2x1", precision));
        }
        systems.add(pinned(bare(1, 1, "float32")));
        systems.add(pinned(spark("local[1]", "1x1", "float32")));
        systems.add(torch(OFFICIAL, "contiguous", "float32", "libtorch 2.7.1 as PyTorch ships it"));
        systems.add(torch(OFFICIAL, "channels_last", "float32", "libtorch 2.7.1 as PyTorch ships it"));
        systems.add(torch("libtorch-bytedeco", "channels_last", "bfloat16", "libtorch 2.10.0 of bytedeco, autocast"));
        systems.add(new NetworkSystem(
                "dl4j",
                "dl4j",
                PEERS + "Dl4jRun",
                List.of(),
                false,
                "DL4J 1.0.0-M2.1 with oneDNN for AVX-512, float32, 2 threads; small-cnn only"));
        for (String precision : List.of("float32", "bfloat16")) {
            systems.add(new NetworkSystem(
                    CUDA + precision,
                    "",
                    BARE,
                    List.of("ranks=1", "threads=1", "device=cuda", "precision=" + precision),
                    false,
                    "our engine without Spark on a GPU, " + precision));
        }
        systems.add(new NetworkSystem(
                CUDA_LIBRARIES,
                "",
                BARE,
                List.of("ranks=1", "threads=1", "device=cuda", "precision=bfloat16", "products=auto"),
                false,
                "the same with large products by cuBLASLt and cuDNN where they are installed, bfloat16"));
        TORCH_GPU.forEach((mode, variant) -> {
            for (String precision : List.of("bfloat16", "float16", "tf32")) {
                systems.add(new NetworkSystem(
                        "torch-gpu-" + mode + "-" + precision,
                        GPU_PEER,
                        "run.py",
                        List.of("mode=" + mode, "precision=" + precision),
                        false,
                        "PyTorch on a GPU, " + variant + ", " + precision));
            }
        });
        Map<String, NetworkSystem> byName = new LinkedHashMap<>();
        systems.forEach(system -> byName.put(system.name(), system));
        return byName;
    }

    /**
     * Systems that are timed where none is named.
     *
     * @param device {@code cpu} or {@code cuda}
     */
    public static List<String> usual(String device) {
        return device.equals("cuda")
                ? List.of(
                        CUDA + "bfloat16",
                        CUDA_LIBRARIES,
                        CUDA + "float32",
                        "torch-gpu-eager-bfloat16",
                        "torch-gpu-graph-bfloat16",
                        "torch-gpu-compiled-bfloat16",
                        "torch-gpu-graph-tf32",
                        "torch-gpu-graph-float16")
                : usual();
    }

    private static List<String> usual() {
        return List.of(
                BARE_1X2 + "float32",
                BARE_2X1 + "float32",
                "spark-local-2x1-float32",
                "spark-local-1x2-float32",
                "spark-cluster-2x1-float32",
                "libtorch-contiguous-float32",
                "libtorch-channels_last-float32",
                BARE_1X2 + "bfloat16",
                "libtorch-bytedeco-channels_last-bfloat16",
                "dl4j");
    }

    private static NetworkSystem bare(int ranks, int threads, String precision) {
        return new NetworkSystem(
                "ours-" + ranks + "x" + threads + "-" + precision,
                "",
                BARE,
                List.of("ranks=" + ranks, "threads=" + threads, "precision=" + precision),
                false,
                "our engine without Spark, ranks x threads " + ranks + "x" + threads + " in one JVM, " + precision);
    }

    private static NetworkSystem spark(String master, String workers, String precision) {
        String kind = master.startsWith("local-cluster") ? "spark-cluster-" : "spark-local-";
        return new NetworkSystem(
                kind + workers + "-" + precision,
                "",
                THROUGH_SPARK,
                List.of(
                        "master=" + master,
                        "ranks=" + workers.charAt(0),
                        "threads=" + workers.charAt(2),
                        "precision=" + precision),
                false,
                "the estimator, " + master + ", workers x threads " + workers + ", " + precision
                        + "; epochs after the first");
    }

    private static NetworkSystem pinned(NetworkSystem system) {
        return new NetworkSystem(
                system.name,
                system.module,
                system.mainClass,
                system.arguments,
                true,
                system.variant + ", bound to one core");
    }

    private static NetworkSystem torch(String module, String layout, String precision, String variant) {
        return new NetworkSystem(
                module + "-" + layout + "-" + precision,
                module,
                PEERS + "TorchRun",
                List.of("threads=2", "layout=" + layout, "precision=" + precision),
                false,
                variant + ", " + layout + ", " + precision + ", 2 threads");
    }

    /** Whether it trains this network. */
    boolean trains(String network) {
        if (module.equals(GPU_PEER)) {
            return switch (network) {
                case "vgg-cifar" -> !name.endsWith("-float16");
                // cuDNN's cells are no code that could be compiled.
                case "lstm-attention" -> name.contains("eager") || name.contains("graph");
                default -> false;
            };
        }
        if (network.equals("lstm-attention")) {
            // Only images come in two layouts.
            return isOwn() || name.startsWith(OFFICIAL + "-contiguous") || name.contains("bytedeco");
        }
        return !module.equals("dl4j") || network.equals("small-cnn");
    }

    /** The system with its network. */
    NetworkSystem on(String network) {
        List<String> more = new ArrayList<>(arguments);
        more.add("network=" + network);
        return new NetworkSystem(name + "." + network, module, mainClass, more, isPinned, variant);
    }

    @Override
    public boolean isOwn() {
        return module.isEmpty();
    }

    @Override
    public List<String> launcher() {
        return isPinned ? List.of("taskset", "-c", "0") : List.of();
    }

    @Override
    public List<String> javaOptions(Path target) {
        if (!module.equals(OFFICIAL)) {
            return List.of();
        }
        // The binding's own library, but PyTorch's libtorch: JavaCPP looks into this folder first.
        return List.of(AMONG_SYSTEM_LIBRARIES, "-Djava.library.path=" + target.resolve("native"));
    }

    /**
     * Executors start from an installation of Spark; without one the run itself makes it, of the jars of this build. libtorch allocates its
     * tensors anew in every step: glibc is told to keep that memory, since asking the system for zeroed pages each time has more than
     * doubled its steps on some machines.
     */
    @Override
    public Map<String, String> environment(Path work) {
        if (module.startsWith(OFFICIAL)) {
            return KEPT_MEMORY;
        }
        return System.getenv("SPARK_HOME") != null || !mainClass.equals(THROUGH_SPARK)
                ? Map.of()
                : Map.of("SPARK_HOME", work.resolve("spark-home").toString(), "SPARK_SCALA_VERSION", SCALA);
    }
}
