package org.sparkmlext.jobs.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A system to time: ours, or a peer built under the profile {@code peers}.
 *
 * @param name in tables and on the command line
 * @param module folder below {@code jobs/peers} of the peer, or of the Spark that ours runs on; empty for ours on the Spark of
 *     this process
 * @param mainClass of one run
 * @param arguments {@code key=value} beyond those every run gets
 * @param shape shape of its trees, by which a peer is held against ours
 * @param isDirect whether it trains straight from Parquet instead of from cached rows
 * @param variant what distinguishes it, for the table's notes
 */
public record BenchSystem(
        String name,
        String module,
        String mainClass,
        List<String> arguments,
        TreeShape shape,
        boolean isDirect,
        String variant)
        implements TimedSystem {

    /** How trees grow. */
    public enum TreeShape {
        /** 63 leaves, no limit of depth. */
        LEAFWISE,
        /** Level by level to depth 6. */
        DEPTHWISE
    }

    private static final String OWN_MAIN = "org.sparkmlext.jobs.bench.OwnRun";
    private static final String PEERS = "org.sparkmlext.peers.";

    public BenchSystem {
        arguments = List.copyOf(arguments);
    }

    @Override
    public boolean isOwn() {
        return mainClass.equals(OWN_MAIN);
    }

    /**
     * All systems by name: each Spark system from cached rows and, called {@code -direct}, straight from Parquet; ours also, called
     * {@code -spark-3.5}, on the peers' Spark.
     */
    public static Map<String, BenchSystem> all() {
        Map<String, BenchSystem> systems = new LinkedHashMap<>();
        for (BenchSystem system : List.of(
                own("leafwise", TreeShape.LEAFWISE, "63 leaves, no depth limit, 255 bins"),
                own("depthwise", TreeShape.DEPTHWISE, "depth 6, 255 bins"),
                own("leafwise", TreeShape.LEAFWISE, "63 leaves, no depth limit, 255 bins")
                        .onSparkOfPeers(),
                own("depthwise", TreeShape.DEPTHWISE, "depth 6, 255 bins").onSparkOfPeers(),
                xgboostSpark(2, 1),
                xgboostSpark(1, 2),
                synapse("bulk"),
                synapse("streaming"),
                cached(
                        "mllib-gbt",
                        "mllib",
                        PEERS + "MllibRun",
                        List.of(),
                        TreeShape.DEPTHWISE,
                        "GBTClassifier, depth 6, 256 bins"))) {
            systems.put(system.name(), system);
            systems.put(system.name() + "-direct", system.direct());
        }
        for (BenchSystem system : List.of(
                xgboostNative("depthwise", TreeShape.DEPTHWISE, "xgboost4j in process, hist, depth 6, 256 bins"),
                xgboostNative(
                        "leafwise", TreeShape.LEAFWISE, "xgboost4j in process, hist, lossguide, 63 leaves, 256 bins"),
                lightgbmNative("", "false", "lightgbm4j in process, 63 leaves, 255 bins"),
                lightgbmNative("-quantized", "true", "the same with quantised gradients, 4 bins, renewed leaves"))) {
            systems.put(system.name(), system);
        }
        return systems;
    }

    /** LightGBM's cross-validation, which is not timed. */
    static BenchSystem lightgbmFolds() {
        return cached(
                "lightgbm-folds",
                "lightgbm-native",
                PEERS + "LightgbmFoldsRun",
                List.of(),
                TreeShape.LEAFWISE,
                "lightgbm4j in process, 63 leaves, 255 bins");
    }

    private BenchSystem direct() {
        List<String> more = new ArrayList<>(arguments);
        more.add("cache=false");
        return new BenchSystem(
                name + "-direct", module, mainClass, more, shape, true, variant + ", straight from Parquet");
    }

    private BenchSystem onSparkOfPeers() {
        return new BenchSystem(
                name + "-spark-3.5",
                "ours-spark-3.5",
                mainClass,
                arguments,
                shape,
                isDirect,
                variant + ", the same jar on the Spark of the peers, 3.5.3");
    }

    private static BenchSystem cached(
            String name, String module, String mainClass, List<String> arguments, TreeShape shape, String variant) {
        return new BenchSystem(name, module, mainClass, arguments, shape, false, variant);
    }

    private static BenchSystem own(String grow, TreeShape shape, String variant) {
        return cached("ours-" + grow, "", OWN_MAIN, List.of("grow=" + grow), shape, variant);
    }

    private static BenchSystem xgboostSpark(int workers, int threads) {
        return cached(
                "xgboost-spark-" + workers + "x" + threads,
                "xgboost-spark",
                PEERS + "XgboostSparkRun",
                List.of("workers=" + workers, "nthread=" + threads),
                TreeShape.DEPTHWISE,
                "XGBoost4J-Spark, hist, depth 6, 256 bins, " + workers + " workers x " + threads + " threads");
    }

    private static BenchSystem synapse(String mode) {
        return cached(
                "synapseml-" + mode,
                "synapseml",
                PEERS + "SynapseRun",
                List.of("mode=" + mode),
                TreeShape.LEAFWISE,
                "SynapseML LightGBMClassifier, 63 leaves, 255 bins, " + mode + " transfer, one data set");
    }

    private static BenchSystem xgboostNative(String grow, TreeShape shape, String variant) {
        return cached(
                "xgboost-native-" + grow,
                "xgboost-native",
                PEERS + "XgboostNativeRun",
                List.of("grow=" + grow),
                shape,
                variant + " (sparse set: CSR)");
    }

    private static BenchSystem lightgbmNative(String suffix, String quantized, String variant) {
        return cached(
                "lightgbm-native" + suffix,
                "lightgbm-native",
                PEERS + "LightgbmNativeRun",
                List.of("quantized=" + quantized),
                TreeShape.LEAFWISE,
                variant + " (sparse set: rows in as LibSVM text, predicted in dense blocks)");
    }
}
