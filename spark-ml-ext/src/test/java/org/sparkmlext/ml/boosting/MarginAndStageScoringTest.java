package org.sparkmlext.ml.boosting;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.LocalSpark;

/** Base margins and staged predictions of forests whose answers are known by head. */
class MarginAndStageScoringTest {

    private static Dataset<Row> data() {
        return LocalSpark.session().sql("select * from values (0.5d, 3d, 1.5d), (5d, 3d, -2d) as t(a, b, m)");
    }

    private static BoostedTreesClassificationModel model() {
        BoostedTreesClassificationModel model = HandMadeForest.model();
        model.set(model.inputCols(), new String[] {"a", "b"});
        return model;
    }

    private static BoostedTreesClassificationModel withMargin(String column) {
        BoostedTreesClassificationModel model = model();
        model.set(model.baseMarginCol(), column);
        return model;
    }

    @ParameterizedTest
    @ValueSource(strings = {"m", "cast(m as float)", "array(m)", "array(cast(m as decimal(4,2)))", "vector"})
    void aMarginIsAddedToTheLogOdds(String margin) {
        Column column = margin.equals("vector") ? array_to_vector(array(col("m"))) : expr(margin);
        List<Row> rows = withMargin("margin")
                .transform(data().withColumn("margin", column))
                .collectAsList();
        double[] scores = {-1.75 + 1.5, 0.75 - 2};
        for (int r = 0; r < 2; r++) {
            assertThat(rows.get(r).<Vector>getAs("rawPrediction")).isEqualTo(Vectors.dense(-scores[r], scores[r]));
            assertThat(rows.get(r).<Vector>getAs("probability").apply(1))
                    .isEqualTo(1 / (1 + Math.exp(-scores[r])), within(1e-15));
            assertThat(rows.get(r).<Double>getAs("prediction")).isEqualTo(scores[r] > 0 ? 1.0 : 0.0);
        }
    }

    @Test
    void aMarginAClassIsAddedToEachScore() {
        BoostedTreesClassificationModel model = HandMadeForest.model("three", true, HandMadeForest.ofThreeClasses("a"));
        model.set(model.inputCols(), new String[] {"a"});
        model.set(model.baseMarginCol(), "margin");
        Dataset<Row> rows = data().selectExpr("a", "array(1d, 2d, 3d) margin");
        assertThat(model.transform(rows).select("rawPrediction", "prediction").collectAsList().stream()
                        .map(Row::toString))
                .containsExactly("[[4.0,2.0,4.0],0.0]", "[[1.0,4.0,4.0],1.0]");
        assertThatThrownBy(() -> model.transform(rows.selectExpr("a", "array(1d) margin"))
                        .collectAsList())
                .hasStackTraceContaining("column 'margin' (baseMarginCol) holds 1 numbers in a row");
    }

    @Test
    void rowsWithoutMarginAreRefused() {
        BoostedTreesClassificationModel model = withMargin("m");
        assertThatThrownBy(() -> model.transform(data().drop("m")))
                .hasMessageContaining("column 'm' (baseMarginCol) is missing");
        assertThatThrownBy(() -> model.transform(data().selectExpr("a", "b", "if(a > 1, null, m) m"))
                        .collectAsList())
                .hasStackTraceContaining("column 'm' (baseMarginCol) is null in a row");
        assertThatThrownBy(() -> model.transform(data().selectExpr("a", "b", "double('NaN') m"))
                        .collectAsList())
                .hasStackTraceContaining("column 'm' (baseMarginCol) holds NaN in a row");
        model.clear(model.baseMarginCol());
        assertThat(model.transform(data().drop("m")).count()).isEqualTo(2);
    }

    @Test
    void firstRoundsScoreAlone() {
        BoostedTreesClassificationModel model = model();
        Vector features = Vectors.dense(5, 3);
        assertThat(model.setPredictionRounds(1).predictRaw(features).apply(1)).isEqualTo(0.5);
        assertThat(model.setPredictionRounds(2).predictRaw(features).apply(1)).isEqualTo(0.75);
        assertThat(model.setPredictionRounds(0).predictRaw(features).apply(1)).isEqualTo(0.75);
        model.setPredictionRounds(1);
        assertThat(model.transform(data()).select("rawPrediction").collectAsList().stream()
                        .map(row -> row.<Vector>getAs(0).apply(1)))
                .containsExactly(-2.0, 0.5);
        // As after early stopping: an estimator's Param is copied to a model that may have fewer rounds.
        assertThat(model.setPredictionRounds(3).predictRaw(features).apply(1)).isEqualTo(0.75);
    }
}
