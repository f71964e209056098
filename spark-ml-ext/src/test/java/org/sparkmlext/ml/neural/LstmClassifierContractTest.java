package org.sparkmlext.ml.neural;

import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.StageContract;

/** The stage contract on a column of sequences of unequal lengths. */
class LstmClassifierContractTest extends StageContract<LstmClassifier, LstmClassificationModel> {

    @Override
    protected LstmClassifier newEstimator() {
        // On one line, because the contract counts those of explainParams.
        String network = WalkSequences.network().toJson().replace("\n", "");
        return WalkSequences.classifier().setNetwork(network).setMaxEpochs(1);
    }

    @Override
    protected Class<LstmClassificationModel> modelClass() {
        return LstmClassificationModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return WalkSequences.unequal(spark, rows).select("sequence", "label");
    }

    @Override
    protected String requiredColumn() {
        return "sequence";
    }

    @Override
    protected ParamMap[] grid(LstmClassifier estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.batchSize(), new int[] {16, 64}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy");
    }
}
