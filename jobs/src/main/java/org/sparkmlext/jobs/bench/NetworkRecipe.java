package org.sparkmlext.jobs.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sparkmlext.jobs.model.StageSettings;
import org.sparkmlext.ml.neural.CnnClassifier;

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
                    "maxEpochs", "8",
                    "batchSize", "128",
                    "learningRate", "0.003",
                    "augmentation", "flip,crop:2",
                    "precision", "bfloat16")),
    SIGN_LANGUAGE_DIGITS(
            ImageSet.SIGN_LANGUAGE_DIGITS,
            Map.of(
                    "network", "vgg-cifar",
                    "maxEpochs", "15",
                    "batchSize", "32",
                    "learningRate", "0.002",
                    "augmentation", "rotate:10,zoom:0.1,shift:0.1"));

    private final ImageSet set;
    private final Map<String, String> settings;

    NetworkRecipe(ImageSet set, Map<String, String> settings) {
        this.set = set;
        this.settings = settings;
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(NetworkRecipe::text).toList();
    }

    /** The name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    ImageSet set() {
        return set;
    }

    /**
     * The estimator of this recipe, all of it on one-cycle.
     *
     * @param changed Params by name that replace the recipe's
     */
    CnnClassifier estimator(Map<String, String> changed, long seed) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("schedule", "one-cycle");
        all.put("numWorkers", "2");
        all.putAll(changed);
        CnnClassifier estimator = new CnnClassifier().setImageCol("image").setSeed(seed);
        StageSettings.apply(estimator, all);
        return estimator;
    }
}
