package org.sparkmlext.ml.neural;

/** What every model of a trained network tells of it. */
public interface TrainedNetworkModel {

    /**
     * The trained network: its layers, as JSON, summary and the like; with its last layer.
     *
     * @throws IllegalStateException if the model was constructed, not fitted or loaded
     */
    Network fittedLayers();

    /** Whether the model knows how it came about. */
    boolean hasSummary();

    /**
     * How the model came about.
     *
     * @throws IllegalStateException if it does not know
     */
    NetworkSummary summary();
}
