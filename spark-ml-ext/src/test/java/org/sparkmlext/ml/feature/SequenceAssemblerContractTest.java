package org.sparkmlext.ml.feature;

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

/** Windows of one step, so that there are as many as events, however these are spread. */
class SequenceAssemblerContractTest extends StageContract<SequenceAssembler, SequenceAssemblerModel> {

    @Override
    protected SequenceAssembler newEstimator() {
        return new SequenceAssembler()
                .setEntityCol("entity")
                .setTimeCol("time")
                .setInputCols(new String[] {"x", "y"})
                .setTargetCols(new String[] {"z"})
                .setWindowLength(1)
                .setScaling("standard");
    }

    @Override
    protected Class<SequenceAssemblerModel> modelClass() {
        return SequenceAssemblerModel.class;
    }

    @Override
    protected Dataset<Row> data(SparkSession spark, int rows) {
        StructType schema = new StructType()
                .add("entity", DataTypes.IntegerType)
                .add("time", DataTypes.LongType)
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.FloatType)
                .add("z", DataTypes.IntegerType);
        List<Row> events = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            events.add(RowFactory.create(i % 3, (long) i, Math.sin(i), (float) i, i % 5));
        }
        return spark.createDataFrame(events, schema);
    }

    @Override
    protected String requiredColumn() {
        return "y";
    }

    @Override
    protected ParamMap[] grid(SequenceAssembler estimator, ParamGridBuilder builder) {
        return builder.addGrid(estimator.stride(), new int[] {1, 2}).build();
    }

    @Override
    protected Evaluator evaluator() {
        return new ClusteringEvaluator().setFeaturesCol("label").setPredictionCol("entity");
    }
}
