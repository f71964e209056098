package org.sparkmlext.ml.neural;

import org.sparkmlext.testing.PatternImages;

/** Networks that train in a moment. */
final class TinyNetworks {

    private TinyNetworks() {}

    /** For {@link PatternImages}, without a layer for the classes. */
    static Network network() {
        return Network.image(PatternImages.SIZE, PatternImages.SIZE, 1)
                .conv2d(6, 3, "relu")
                .maxPool2d(2)
                .flatten()
                .dense(12, "relu")
                .build();
    }

    /** The same with so many outputs. */
    static Network network(int outputs) {
        return Network.of(network().architecture().withOutputs(outputs));
    }

    /** For {@link BrightImages}. */
    static CnnRegressor regressor() {
        return new CnnRegressor()
                .setImageCol("image")
                .setNetwork(network())
                .setMaxEpochs(20)
                .setBatchSize(16)
                .setLearningRate(0.01)
                .setNumThreads(1);
    }

    static CnnClassifier classifier() {
        return new CnnClassifier()
                .setImageCol("image")
                .setNetwork(network())
                .setMaxEpochs(8)
                .setBatchSize(16)
                .setLearningRate(0.01)
                .setNumThreads(1);
    }
}
