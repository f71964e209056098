package org.sparkmlext.tree;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Reads the model whose training goes on, and checks that it fits. */
final class InitialModel {

    private InitialModel() {}

    /**
     * @param bytes a forest's file, or null for none
     * @throws InvalidTrainingDataException if its features, objective or number of outputs are not this run's; shows both
     */
    static @Nullable Forest read(
            byte @Nullable [] bytes, List<String> featureNames, Objective objective, int numOutputs) {
        if (bytes == null) {
            return null;
        }
        Forest forest;
        try {
            forest = ForestCodec.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new IllegalArgumentException("the initial model of " + bytes.length + " bytes is no forest", e);
        }
        if (!forest.featureNames().equals(featureNames)) {
            throw new InvalidTrainingDataException("the initial model was trained on other features: it has "
                    + forest.featureNames() + ", the data has " + featureNames
                    + ". Train on the same columns in the same order.");
        }
        String name = objective.kind().paramValue();
        if (!forest.objective().equals(name) || forest.numOutputs() != numOutputs) {
            throw new InvalidTrainingDataException("the initial model was trained for objective '" + forest.objective()
                    + "' with " + forest.numOutputs() + " outputs; this run has objective '" + name + "' with "
                    + numOutputs + ". Set the same objective, and train on data with the same classes.");
        }
        return forest;
    }
}
