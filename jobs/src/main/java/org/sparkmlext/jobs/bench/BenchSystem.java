package org.sparkmlext.jobs.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A system to time: ours, or a peer built under the profile {@code peers}.
 *
 * @param name in tables and on the command line
 * @param module folder of the peer below {@code jobs/peers}; empty for ours
 * @param mainClass of one run
 * @param arguments {@code key=value} beyond those every run gets
 * @param variant what distinguishes it, for the table's notes
 */
public record BenchSystem(String name, String module, String mainClass, List<String> arguments, String variant) {

    private static final String OWN_MAIN = "org.sparkmlext.jobs.bench.OwnRun";
    private static final String PEERS = "org.sparkmlext.peers.";

    public BenchSystem {
        arguments = List.copyOf(arguments);
    }

    public boolean isOwn() {
        return module.isEmpty();
    }

    /** All systems by name. */
    public static Map<String, BenchSystem> all() {
        Map<String, BenchSystem> systems = new LinkedHashMap<>();
        for (BenchSystem system : List.of(
                own("leafwise", "63 leaves, no depth limit, 255 bins"),
                own("depthwise", "depth 6, 255 bins"),
                xgboostSpark(2, 1),
                xgboostSpark(1, 2),
                synapse("bulk"),
                synapse("streaming"),
                new BenchSystem(
                        "mllib-gbt", "mllib", PEERS + "MllibRun", List.of(), "GBTClassifier, depth 6, 256 bins"),
                xgboostNative("depthwise", "xgboost4j in process, hist, depth 6, 256 bins"),
                xgboostNative("leafwise", "xgboost4j in process, hist, lossguide, 63 leaves, 256 bins"),
                lightgbmNative("", "false", "lightgbm4j in process, 63 leaves, 255 bins"),
                lightgbmNative("-quantized", "true", "the same with quantised gradients, 4 bins, renewed leaves"))) {
            systems.put(system.name(), system);
        }
        return systems;
    }

    private static BenchSystem own(String grow, String variant) {
        return new BenchSystem("ours-" + grow, "", OWN_MAIN, List.of("grow=" + grow), variant);
    }

    private static BenchSystem xgboostSpark(int workers, int threads) {
        return new BenchSystem(
                "xgboost-spark-" + workers + "x" + threads,
                "xgboost-spark",
                PEERS + "XgboostSparkRun",
                List.of("workers=" + workers, "nthread=" + threads),
                "XGBoost4J-Spark, hist, depth 6, 256 bins, " + workers + " workers x " + threads + " threads");
    }

    private static BenchSystem synapse(String mode) {
        return new BenchSystem(
                "synapseml-" + mode,
                "synapseml",
                PEERS + "SynapseRun",
                List.of("mode=" + mode),
                "SynapseML LightGBMClassifier, 63 leaves, 255 bins, " + mode + " transfer, one data set");
    }

    private static BenchSystem xgboostNative(String grow, String variant) {
        return new BenchSystem(
                "xgboost-native-" + grow,
                "xgboost-native",
                PEERS + "XgboostNativeRun",
                List.of("grow=" + grow),
                variant);
    }

    private static BenchSystem lightgbmNative(String suffix, String quantized, String variant) {
        return new BenchSystem(
                "lightgbm-native" + suffix,
                "lightgbm-native",
                PEERS + "LightgbmNativeRun",
                List.of("quantized=" + quantized),
                variant);
    }
}
