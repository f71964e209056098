package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.StageContract;
import org.sparkmlext.testing.BinaryTable;

/** The stage contract of the regressor, on a vector column and with several quantile levels. */
class BoostedTreesRegressorContractTest extends StageContract<BoostedTreesRegressor, BoostedTreesRegressionModel> {

    @Override
    protected BoostedTreesRegressor newEstimator() {
        return new BoostedTreesRegressor()
                .setObjective("quantile")
                .setQuantileLevels(new double[] {0.1, 0.5, 0.9})
                .setQuantilesCol("quantiles")
                .setNumTrees(3)
                .setMaxLeaves(4)
                .setNumThreads(1);
    }

    @Override
    protected Class<BoostedTreesRegressionModel> modelClass() {
        return BoostedTreesRegressionModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return BinaryTable.withVector(spark, rows, 7).selectExpr("features", "coalesce(a, 2) * 3 + b label");
    }

    @Override
    protected String requiredColumn() {
        return "features";
    }

    @Override
    protected ParamMap[] grid(BoostedTreesRegressor estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.maxLeaves(), new int[] {2, 5}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new RegressionEvaluator();
    }

    @Override
    protected List<String> modelGettersOfTheirOwn() {
        return List.of("getNumTrees");
    }
}
