package org.sparkmlext.peers;

import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.GBTClassifier;
import org.sparkmlext.jobs.bench.RunArguments;

/** Spark MLlib's GBTClassifier: slow, so ask for few trees. */
public final class MllibRun {

    private MllibRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        SparkPeer.run(arguments, SparkTable.session(arguments), train -> {
            GBTClassificationModel model = new GBTClassifier()
                    .setFeaturesCol("features")
                    .setLabelCol("label")
                    .setMaxIter(arguments.number("trees"))
                    .setStepSize(0.1)
                    .setMaxDepth(6)
                    .setMaxBins(256)
                    .setMinInstancesPerNode(1)
                    .setMaxMemoryInMB(1024)
                    .setSeed(1)
                    .fit(train);
            return model::transform;
        });
    }
}
