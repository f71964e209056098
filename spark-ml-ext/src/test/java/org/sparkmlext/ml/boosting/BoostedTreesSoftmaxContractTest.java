package org.sparkmlext.ml.boosting;

import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.BinaryTable;

/** The stage contract of the classifier on labels of three classes. */
class BoostedTreesSoftmaxContractTest extends BoostedTreesClassifierContractTest {

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return BinaryTable.withVector(spark, rows, 7).selectExpr("features", "cast(pmod(b, 3) as double) label");
    }

    @Override
    protected Evaluator evaluator() {
        return new MulticlassClassificationEvaluator().setMetricName("logLoss");
    }
}
