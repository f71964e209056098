package org.sparkmlext.peers;

import com.microsoft.azure.synapse.ml.lightgbm.LightGBMClassificationModel;
import com.microsoft.azure.synapse.ml.lightgbm.LightGBMClassifier;
import org.sparkmlext.jobs.bench.RunArguments;

/** SynapseML's LightGBMClassifier, one data set for all tasks. Own argument: {@code mode=streaming|bulk}. */
public final class SynapseRun {

    private SynapseRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        int threads = arguments.number("threads");
        SparkPeer.run(arguments, SparkTable.session(arguments), train -> {
            LightGBMClassifier classifier = new LightGBMClassifier();
            classifier.setFeaturesCol("features");
            classifier.setLabelCol("label");
            classifier.setObjective("binary");
            classifier.setNumIterations(arguments.number("trees"));
            classifier.setLearningRate(0.1);
            classifier.setNumLeaves(63);
            classifier.setMaxDepth(-1);
            classifier.setMaxBin(255);
            classifier.setLambdaL2(1);
            classifier.setMinSumHessianInLeaf(1);
            classifier.setMinDataInLeaf(1);
            classifier.setNumTasks(threads);
            classifier.setNumThreads(threads);
            classifier.setDataTransferMode(arguments.text("mode"));
            classifier.setUseSingleDatasetMode(true);
            classifier.setVerbosity(-1);
            LightGBMClassificationModel model = (LightGBMClassificationModel) classifier.fit(train);
            return model::transform;
        });
    }
}
