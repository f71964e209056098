package org.sparkmlext.ml.neural;

import org.sparkmlext.net.NetworkAlgorithm;
import org.sparkmlext.runtime.DistributedTrainer;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.training.TrainingListener;

/** Rows to train on, whatever they come from. */
@FunctionalInterface
interface TrainingData {

    /** Evaluates them once and trains; errors as of {@link DistributedTrainer}. */
    DistributedTrainer.Result train(NetworkAlgorithm algorithm, RuntimeOptions options, TrainingListener listener);
}
