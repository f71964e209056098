package org.sparkmlext.peers;

import ml.dmlc.xgboost4j.scala.spark.XGBoostClassificationModel;
import ml.dmlc.xgboost4j.scala.spark.XGBoostClassifier;
import org.sparkmlext.jobs.bench.RunArguments;

/** XGBoost4J-Spark. Own arguments: {@code workers nthread}. */
public final class XgboostSparkRun {

    private XgboostSparkRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        int threads = arguments.number("nthread");
        SparkPeer.run(arguments, SparkTable.session(arguments).config("spark.task.cpus", threads), train -> {
            XGBoostClassifier classifier = new XGBoostClassifier();
            classifier.setFeaturesCol("features");
            classifier.setLabelCol("label");
            classifier.setObjective("binary:logistic");
            classifier.setTreeMethod("hist");
            classifier.setNumRound(arguments.number("trees"));
            classifier.setNumWorkers(arguments.number("workers"));
            classifier.setNthread(threads);
            classifier.setEta(0.1);
            classifier.setMaxDepth(6);
            classifier.setMaxBins(256);
            classifier.setLambda(1);
            classifier.setMinChildWeight(1);
            classifier.setMissing(Float.NaN);
            XGBoostClassificationModel model = (XGBoostClassificationModel) classifier.train(train);
            return model::transform;
        });
    }
}
