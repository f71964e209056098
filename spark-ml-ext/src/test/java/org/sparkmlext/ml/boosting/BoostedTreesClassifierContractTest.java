package org.sparkmlext.ml.boosting;

import java.util.List;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.stage.StageContract;
import org.sparkmlext.testing.BinaryTable;

/** The stage contract on a vector column. */
class BoostedTreesClassifierContractTest
        extends StageContract<BoostedTreesClassifier, BoostedTreesClassificationModel> {

    @Override
    protected BoostedTreesClassifier newEstimator() {
        return new BoostedTreesClassifier().setNumTrees(3).setMaxLeaves(4).setNumThreads(1);
    }

    @Override
    protected Class<BoostedTreesClassificationModel> modelClass() {
        return BoostedTreesClassificationModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return BinaryTable.withVector(spark, rows, 7).select("features", "label");
    }

    @Override
    protected String requiredColumn() {
        return "features";
    }

    @Override
    protected ParamMap[] grid(BoostedTreesClassifier estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.maxLeaves(), new int[] {2, 5}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new BinaryClassificationEvaluator();
    }

    @Override
    protected List<String> modelGettersOfTheirOwn() {
        return List.of("getNumTrees");
    }
}
