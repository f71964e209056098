package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.ml.Estimator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.EmbeddingLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.training.InvalidTrainingDataException;

/** What {@link LstmClassifier} and {@link LstmRegressor} refuse on columns of sequences, and what they say then. */
class LstmErrorsTest {

    private static Dataset<Row> sequences() {
        return WalkSequences.unequal(LocalSpark.session(), 40);
    }

    private static AbstractThrowableAssert<?, ?> refused(Estimator<?> estimator, Dataset<Row> data) {
        return assertThatThrownBy(() -> estimator.fit(data)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void columnsOfOtherTypes() {
        refused(WalkSequences.classifier().setSequenceCol("row"), sequences())
                .hasMessageContaining("'row'")
                .hasMessageContaining("sequenceCol")
                .hasMessageContaining("array of steps");
        refused(WalkSequences.classifier().setFeaturesCol("sequence"), sequences())
                .hasMessageContaining("sequenceCol")
                .hasMessageContaining("featuresCol");
        refused(WalkSequences.classifier().setInputCols(new String[] {"mean"}), sequences())
                .hasMessageContaining("inputCols");
    }

    @Test
    void valuesThatMakeNoSequence() {
        Dataset<Row> hole = sequences()
                .withColumn(
                        "sequence",
                        when(col("row").equalTo(3), array(array(lit(null).cast("double"), lit(1.0))))
                                .otherwise(col("sequence")));
        refused(WalkSequences.classifier(), hole).isInstanceOf(InvalidTrainingDataException.class);
        Dataset<Row> empty = sequences()
                .withColumn(
                        "sequence",
                        when(col("row").equalTo(3), expr("slice(sequence, 1, 0)"))
                                .otherwise(col("sequence")));
        refused(WalkSequences.classifier(), empty).isInstanceOf(InvalidTrainingDataException.class);
        refused(
                        WalkSequences.classifier().setNetwork("lstm"),
                        sequences().withColumn("sequence", expr("slice(sequence, 1, 0)")))
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("no sequence of at least one step");
    }

    @Test
    void networksThatFitNoSequence() {
        refused(WalkSequences.classifier().setNetwork("simple-cnn"), sequences())
                .hasMessageContaining("simple-cnn")
                .hasMessageContaining("lstm");
        refused(WalkSequences.classifier().setNetwork(TinyNetworks.network()), sequences())
                .hasMessageContaining("image")
                .hasMessageContaining("Network.sequence");
        Network fixed =
                Network.sequence(5, 2).add("lstm", RecurrentLayer.lstm(4)).build();
        refused(WalkSequences.classifier().setNetwork(fixed).setWindowLength(6), sequences())
                .hasMessageContaining("windowLength is 6")
                .hasMessageContaining("5");
        Network wide = Network.builder(new SequenceInput(SequenceInput.OPEN, 3, true))
                .add("lstm", RecurrentLayer.lstm(4))
                .build();
        refused(WalkSequences.classifier().setNetwork(wide), sequences())
                .isInstanceOf(InvalidTrainingDataException.class)
                .hasMessageContaining("2 features")
                .hasMessageContaining("3 features");
    }

    @Test
    void tokenIdsAreNotStandardised() {
        Network words = Network.builder(new SequenceInput(SequenceInput.OPEN, 1, true))
                .add("words", new EmbeddingLayer(100, 4))
                .add("lstm", RecurrentLayer.lstm(4))
                .build();
        refused(WalkSequences.classifier().setNetwork(words), sequences())
                .hasMessageContaining("standardization is true")
                .hasMessageContaining("token ids");
    }

    @Test
    void targetsAndQuantilesThatDoNotFit() {
        refused(WalkSequences.regressor().setLabelCol("targets"), sequences()).hasMessageContaining("predictionsCol");
        Network two = Network.of(WalkSequences.network().architecture().withOutputs(2));
        refused(WalkSequences.regressor().setNetwork(two).setLoss("quantile"), sequences())
                .hasMessageContaining("2 outputs for 3 quantiles");
        refused(WalkSequences.regressor().setLoss("quantile").setValidationMetric("rmse"), sequences())
                .hasMessageContaining("validationMetric");
        assertThatThrownBy(() -> WalkSequences.regressor().setQuantiles(new double[] {0.5, 0.5}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("above the one before");
    }
}
