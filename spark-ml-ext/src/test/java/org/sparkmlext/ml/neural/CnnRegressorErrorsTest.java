package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What {@link CnnRegressor} refuses, and what it says then. */
class CnnRegressorErrorsTest {

    private static Dataset<Row> images() {
        return BrightImages.table(LocalSpark.session(), 40);
    }

    private static AbstractThrowableAssert<?, ?> refused(CnnRegressor regressor, Dataset<Row> data) {
        return assertThatThrownBy(() -> regressor.setMaxEpochs(1).fit(data))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static AbstractThrowableAssert<?, ?> refusedTargets(Column targets) {
        CnnRegressor regressor = TinyNetworks.regressor().setLabelCol("bad").setPredictionsCol("predictions");
        return refused(regressor, images().withColumn("bad", targets))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("label column 'bad'");
    }

    @Test
    void severalTargetsWithoutAColumnForThem() {
        refused(TinyNetworks.regressor().setLabelCol("targets"), images())
                .hasMessageContaining("'targets'")
                .hasMessageContaining("Set predictionsCol");
    }

    @Test
    void labelsThatAreNoNumbers() {
        refused(TinyNetworks.regressor().setLabelCol("image"), images())
                .hasMessageContaining("'image' (labelCol) has type binary")
                .hasMessageContaining("a vector for several targets");
        Column third = col("row").equalTo(3);
        refusedTargets(when(third, lit(null)).otherwise(col("targets")))
                .hasMessageContaining("is null in 1 of 40 rows");
        refusedTargets(array(col("upper"), when(third, Double.NaN).otherwise(1.0)))
                .hasMessageContaining("not finite as a float32 in 1 of 40 rows (for example NaN)");
        refusedTargets(array(col("upper"), when(third, lit(null)).otherwise(1.0)))
                .hasMessageContaining("not finite");
        refusedTargets(when(third, array(col("upper"))).otherwise(col("targets")))
                .hasMessageContaining("lengths 1 (1 rows), 2 (39 rows)")
                .hasMessageContaining("as many in every row");
        refusedTargets(array().cast("array<double>")).hasMessageContaining("lengths 0 (40 rows)");
    }

    @Test
    void aNetworkOfAnotherNumberOfOutputs() {
        CnnRegressor regressor = TinyNetworks.regressor().setNetwork(TinyNetworks.network(3));
        refused(regressor, images())
                .hasMessageContaining("the network has 3 outputs")
                .hasMessageContaining("one number a row");
        refused(regressor.setLabelCol("targets").setPredictionsCol("predictions"), images())
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("lengths 2 (40 rows)")
                .hasMessageContaining("each of the 3 outputs");
    }

    @Test
    void paramsOutOfBounds() {
        assertThatThrownBy(() -> new CnnRegressor().setLoss("logcosh"))
                .hasMessageContaining("'logcosh'")
                .hasMessageContaining("mse, mae, huber");
        assertThatThrownBy(() -> new CnnRegressor().setHuberDelta(0)).hasMessageContaining("huberDelta is 0.0");
        assertThatThrownBy(() -> new CnnRegressor().setHuberDelta(1e60)).hasMessageContaining("huberDelta is 1.0E60");
        assertThatThrownBy(() -> new CnnRegressor().setValidationMetric("accuracy"))
                .hasMessageContaining("loss, rmse, mae");
        assertThatThrownBy(() -> new CnnClassifier().setValidationMetric("rmse"))
                .hasMessageContaining("loss, accuracy");
        refused(TinyNetworks.regressor().setEarlyStoppingRounds(2), images())
                .hasMessageContaining("validationIndicatorCol is not set");
        refused(TinyNetworks.regressor().setInputCols(new String[] {"row"}), images())
                .hasMessageContaining("inputCols");
        refused(TinyNetworks.regressor().setPredictionsCol("prediction"), images())
                .hasMessageContaining("'prediction' exists already");
    }

    @Test
    void labelsTooLargeToLearnDiverge() {
        refused(TinyNetworks.regressor(), images().withColumn("label", lit(1e38)))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("training diverged in epoch 1 of 1, batch 1 of 3");
    }
}
