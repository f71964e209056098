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
class LstmRegressorContractTest extends StageContract<LstmRegressor, LstmRegressionModel> {

    @Override
    protected LstmRegressor newEstimator() {
        // On one line, because the contract counts those of explainParams.
        String network = WalkSequences.network().toJson().replace("\n", "");
        return WalkSequences.regressor()
                .setNetwork(network)
                .setLabelCol("targets")
                .setPredictionsCol("predictions")
                .setEmbeddingsCol("embeddings")
                .setMaxEpochs(1);
    }

    @Override
    protected Class<LstmRegressionModel> modelClass() {
        return LstmRegressionModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return WalkSequences.unequal(spark, rows).select("sequence", "targets", "mean");
    }

    @Override
    protected String requiredColumn() {
        return "sequence";
    }

    @Override
    protected ParamMap[] grid(LstmRegressor estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.batchSize(), new int[] {16, 64}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new RegressionEvaluator().setLabelCol("mean");
    }
}
