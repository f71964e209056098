package org.sparkmlext.ml.boosting;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.BinaryTable;

/** The stage contract on plain columns. */
class BoostedTreesInputColsContractTest extends BoostedTreesClassifierContractTest {

    @Override
    protected BoostedTreesClassifier newEstimator() {
        return super.newEstimator().setInputCols(BinaryTable.FEATURES);
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        return BinaryTable.plain(spark, rows, 7).select("a", "b", "c", "label");
    }

    @Override
    protected String requiredColumn() {
        return "b";
    }
}
