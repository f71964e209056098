package org.sparkmlext.ml.neural;

import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.StageContract;
import org.sparkmlext.testing.PatternImages;

/** The stage contract on a column of pixels. */
class CnnClassifierContractTest extends StageContract<CnnClassifier, CnnClassificationModel> {

    @Override
    protected CnnClassifier newEstimator() {
        // On one line, because the contract counts those of explainParams.
        String network = TinyNetworks.network().toJson().replace("\n", "");
        return TinyNetworks.classifier().setNetwork(network).setMaxEpochs(1);
    }

    @Override
    protected Class<CnnClassificationModel> modelClass() {
        return CnnClassificationModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return PatternImages.table(spark, rows);
    }

    @Override
    protected String requiredColumn() {
        return "image";
    }

    @Override
    protected ParamMap[] grid(CnnClassifier estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.batchSize(), new int[] {16, 64}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy");
    }
}
