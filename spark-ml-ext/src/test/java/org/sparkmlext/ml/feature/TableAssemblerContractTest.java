package org.sparkmlext.ml.feature;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.evaluation.ClusteringEvaluator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.StageContract;

/** A number, a category and a date to a vector. */
class TableAssemblerContractTest extends StageContract<TableAssembler, TableAssemblerModel> {

    @Override
    protected TableAssembler newEstimator() {
        return new TableAssembler()
                .setInputCols(new String[] {"x", "town", "day"})
                .setImputing("median")
                .setScaling("standard")
                .setMissingIndicator(true)
                .setEncoding("onehot");
    }

    @Override
    protected Class<TableAssemblerModel> modelClass() {
        return TableAssemblerModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        StructType schema = new StructType()
                .add("group", DataTypes.IntegerType)
                .add("x", DataTypes.DoubleType)
                .add("town", DataTypes.StringType)
                .add("day", DataTypes.DateType);
        List<Row> values = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Double x = i % 7 == 0 ? null : Math.sin(i);
            String town = i % 5 == 0 ? null : "t" + i % 3;
            LocalDate day = LocalDate.of(2024, 1, 1).plusDays(i);
            values.add(RowFactory.create(i % 2, x, town, java.sql.Date.valueOf(day)));
        }
        return spark.createDataFrame(values, schema);
    }

    @Override
    protected String requiredColumn() {
        return "town";
    }

    @Override
    protected ParamMap[] grid(TableAssembler estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.minFrequency(), new int[] {1, 20}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new ClusteringEvaluator().setFeaturesCol("features").setPredictionCol("group");
    }
}
