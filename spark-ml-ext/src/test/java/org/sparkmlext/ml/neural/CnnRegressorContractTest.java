package org.sparkmlext.ml.neural;

import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.StageContract;

/** The stage contract of the regressor, with two targets a row and a column of embeddings. */
class CnnRegressorContractTest extends StageContract<CnnRegressor, CnnRegressionModel> {

    @Override
    protected CnnRegressor newEstimator() {
        // On one line, because the contract counts those of explainParams.
        String network = TinyNetworks.network().toJson().replace("\n", "");
        return TinyNetworks.regressor()
                .setNetwork(network)
                .setLabelCol("targets")
                .setPredictionsCol("predictions")
                .setEmbeddingsCol("embeddings")
                .setMaxEpochs(1);
    }

    @Override
    protected Class<CnnRegressionModel> modelClass() {
        return CnnRegressionModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return BrightImages.table(spark, rows).select("image", "targets", "upper");
    }

    @Override
    protected String requiredColumn() {
        return "image";
    }

    @Override
    protected ParamMap[] grid(CnnRegressor estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.batchSize(), new int[] {16, 64}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new RegressionEvaluator().setLabelCol("upper");
    }
}
