package org.sparkmlext.jobs.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sparkmlext.jobs.CommandLineNames;
import org.sparkmlext.kernels.graph.WindowScale.Level;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.ml.neural.NetworkParams;
import org.sparkmlext.ml.training.StageSettings;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/**
 * A public set and the settings under which a network is trained on it. They were chosen on the validation part of the training
 * rows; docs/networks.md keeps the table.
 */
public enum NetworkRecipe {
    DIGITS(
            ImageSet.DIGITS,
            Map.of("network", "simple-cnn", "maxEpochs", "12", "batchSize", "64", "learningRate", "0.002")),
    FASHION_SIMPLE_CNN(
            ImageSet.FASHION_MNIST,
            Map.of("network", "simple-cnn", "maxEpochs", "8", "batchSize", "128", "learningRate", "0.002")),
    FASHION_SIMPLE_CNN_BFLOAT16(
            ImageSet.FASHION_MNIST,
            Map.of(
                    "network", "simple-cnn",
                    "maxEpochs", "8",
                    "batchSize", "128",
                    "learningRate", "0.002",
                    "precision", "bfloat16")),
    FASHION_VGG(
            ImageSet.FASHION_MNIST,
            Map.of(
                    "network", "vgg-cifar",
                    "maxEpochs", "12",
                    "batchSize", "128",
                    "learningRate", "0.003",
                    "augmentation", "flip",
                    "precision", "bfloat16")),
    SIGN_LANGUAGE_DIGITS(
            ImageSet.SIGN_LANGUAGE_DIGITS,
            Map.of(
                    "network", "vgg-cifar",
                    "maxEpochs", "15",
                    "batchSize", "32",
                    "learningRate", "0.002",
                    "augmentation", "rotate:10,zoom:0.1,shift:0.1")),
    ECG200(
            SequenceSet.ECG200,
            Map.of(
                    "network", "lstm-fcn",
                    "maxEpochs", "100",
                    "batchSize", "16",
                    "learningRate", "0.002",
                    "numWorkers", "1")),
    ITALY_POWER_DEMAND(
            SequenceSet.ITALY_POWER_DEMAND,
            Map.of(
                    "network", "lstm-fcn",
                    "maxEpochs", "100",
                    "batchSize", "16",
                    "learningRate", "0.002",
                    "numWorkers", "1")),
    SYNTHETIC_CONTROL(
            SequenceSet.SYNTHETIC_CONTROL,
            Map.of(
                    "network", "lstm-fcn",
                    "maxEpochs", "60",
                    "batchSize", "16",
                    "learningRate", "0.002",
                    "numWorkers", "1")),
    PHALANGES_OUTLINES_CORRECT(
            SequenceSet.PHALANGES_OUTLINES_CORRECT,
            Map.of(
                    "network", "lstm-fcn",
                    "maxEpochs", "120",
                    "batchSize", "64",
                    "learningRate", "0.002",
                    "numWorkers", "1")),
    INDOOR_MOVEMENT(
            SequenceSet.INDOOR_MOVEMENT,
            Map.of("network", "lstm-attention", "maxEpochs", "40", "batchSize", "32", "learningRate", "0.002")),
    MOVIE_REVIEWS(
            TextSet.MOVIE_REVIEWS,
            Map.of(
                    "network", TextTrial.NETWORK.toJson(),
                    "maxEpochs", "10",
                    "batchSize", "32",
                    "learningRate", "0.005",
                    "clipNorm", "1")),
    ETTH1(
            SequenceSet.ETTH1,
            Map.of(
                    "network", "window-norm+lstm",
                    "windowLength", "96",
                    "horizon", "24",
                    "maxEpochs", "6",
                    "batchSize", "128",
                    "learningRate", "0.001")),
    ETTH1_BY_CHANNEL(
            SequenceSet.ETTH1_BY_CHANNEL,
            Map.of(
                    "network", besideLinear(96),
                    "windowLength", "96",
                    "horizon", "24",
                    "maxEpochs", "10",
                    "batchSize", "256",
                    "learningRate", "0.002"));

    private final NetworkSet set;
    private final Map<String, String> settings;

    NetworkRecipe(NetworkSet set, Map<String, String> settings) {
        this.set = set;
        this.settings = settings;
    }

    /** An LSTM and, beside it, all values of the window: what is linear in them the head learns by itself (Lai et al. 2018). */
    private static String besideLinear(int steps) {
        return Network.sequence(steps, 1)
                .add("window-norm", WindowNormLayer.of(Level.LAST))
                .add("lstm", RecurrentLayer.lstm(64))
                .from("window-norm")
                .flatten()
                .concat("lstm", "flatten-1")
                .build()
                .toJson();
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(NetworkRecipe::text).toList();
    }

    /** The name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    NetworkSet set() {
        return set;
    }

    /** What is trained and how it is judged. */
    NetworkTrial trial() {
        return set.trial();
    }

    /**
     * The estimator of this recipe, all of it on one-cycle.
     *
     * @param changed Params by name that replace the recipe's
     */
    NetworkParams estimator(Map<String, String> changed, long seed) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("schedule", "one-cycle");
        all.putIfAbsent("numWorkers", "2");
        all.putAll(changed);
        NetworkParams estimator = trial().estimator(seed);
        StageSettings.apply(List.of(estimator), all, CommandLineNames.NAMES);
        return estimator;
    }
}
