package org.sparkmlext.ml.neural;

import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.sparkmlext.net.ScorerPool;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.runtime.GivenDevice;

/** A network as executors hold it: what its last layer gives for a row by itself. Whoever has many rows scores them by batches. */
record NetworkScores(FittedNetwork network, ScorerPool.Key key, int numFeatures) implements Serializable {

    /** @throws IllegalArgumentException if a value is not finite, or no unsigned byte where the network was trained on such */
    double[] raw(float[] row) {
        double[][] raw = new double[1][];
        ScorerPool.Lease lease = ScorerPool.borrow(
                key.withOrdinal(GivenDevice.ordinal(TaskContext.get(), key.device())), network::model);
        try (lease) {
            if (lease.scorer().takesBytes()) {
                byte[] bytes = new byte[row.length];
                for (int i = 0; i < row.length; i++) {
                    bytes[i] = NetworkRowValues.pixel("features", row[i]);
                }
                lease.scorer().score(bytes, 1, (i, values, embeddings) -> raw[0] = NetworkScoring.doubles(values));
            } else {
                for (float value : row) {
                    NetworkRowValues.requireFinite("features", value);
                }
                int steps = lease.scorer().input() instanceof SequenceInput sequence ? sequence.steps() : 1;
                lease.scorer()
                        .score(
                                row.clone(),
                                new int[] {steps},
                                1,
                                (i, values, embeddings) -> raw[0] = NetworkScoring.doubles(values));
            }
        }
        return raw[0];
    }
}
