package org.sparkmlext.ml.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.testing.LocalSpark;

class MulticlassEvaluationTest {
    private static final LabelColumns COLUMNS = new LabelColumns("y", "w");

    private static Row row(double label, double weight, double... probabilities) {
        int best = 0;
        for (int k = 1; k < probabilities.length; k++) {
            best = probabilities[k] > probabilities[best] ? k : best;
        }
        return RowFactory.create(label, weight, Vectors.dense(probabilities), (double) best);
    }

    private static Dataset<Row> table(List<Row> rows) {
        return LocalSpark.session()
                .createDataFrame(
                        rows,
                        new StructType()
                                .add("y", DataTypes.DoubleType)
                                .add("w", DataTypes.DoubleType)
                                .add("probability", SQLDataTypes.VectorType())
                                .add("prediction", DataTypes.DoubleType));
    }

    @Test
    void figuresAreThoseOfTheirDefinitions() {
        Dataset<Row> rows = table(List.of(
                row(0, 1, 0.7, 0.2, 0.1, 0),
                row(0, 2, 0.2, 0.5, 0.3, 0),
                row(1, 0.5, 0.1, 0.6, 0.3, 0),
                row(2, 1, 0.5, 0.25, 0.25, 0)));
        MulticlassEvaluation evaluation = (MulticlassEvaluation) Evaluation.of(rows, COLUMNS, null);
        assertThat(evaluation.logLoss())
                .isCloseTo(
                        -(Math.log(0.7) + 2 * Math.log(0.2) + 0.5 * Math.log(0.6) + Math.log(0.25)) / 4.5,
                        within(1e-15));
        assertThat(evaluation.accuracy()).isEqualTo(1.5 / 4.5);
        // Class 0: 1 right of 3 labelled and 2 predicted; class 1: 0.5 of 0.5 and 2.5; class 2: none; class 3 does not
        // occur.
        assertThat(evaluation.macroF1()).isCloseTo((2.0 / 5 + 1.0 / 3 + 0) / 3, within(1e-15));
        assertThat(evaluation.confusion())
                .containsExactly(
                        List.of(1L, 1L, 0L, 0L),
                        List.of(0L, 1L, 0L, 0L),
                        List.of(1L, 0L, 0L, 0L),
                        List.of(0L, 0L, 0L, 0L));
        assertThat(evaluation.describe())
                .contains("macro F1", "4 rows, weighted by 'w' (sum 4.5), 4 classes", "\n        0 ");
        for (int partitions : new int[] {1, 3}) {
            assertThat(Evaluation.of(rows.orderBy(functions.rand(1)).repartition(partitions), COLUMNS, null))
                    .isEqualTo(evaluation);
        }
    }

    @Test
    void manyClassesAreShownByTheirMostFrequentConfusions() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            double[] probabilities = new double[20];
            probabilities[i % 2 == 0 ? i % 20 : 3] = 1;
            rows.add(row(i % 20, 1, probabilities));
        }
        Evaluation evaluation = Evaluation.of(table(rows), new LabelColumns("y", null), null);
        assertThat(evaluation.describe())
                .contains("most frequent confusions", "label 1, predicted 3: 2 rows")
                .doesNotContain("label 3,");
        assertThat(((MulticlassEvaluation) evaluation).logLoss()).isFinite();
    }

    @Test
    void strangeLabelsAndWeightsAreRefused() {
        for (double label : new double[] {3, -1, 0.5, Double.NaN}) {
            assertThatThrownBy(() -> Evaluation.of(table(List.of(row(label, 1, 0.2, 0.3, 0.5))), COLUMNS, null))
                    .hasMessageContaining("label column 'y' has 1 rows")
                    .hasMessageContaining("whole numbers 0 to 2");
        }
        assertThatThrownBy(() -> Evaluation.of(table(List.of(row(1, -1, 0.2, 0.3, 0.5))), COLUMNS, null))
                .hasMessageContaining("weight column 'w': 1 rows");
        assertThatThrownBy(() -> Evaluation.of(table(List.of()), COLUMNS, null)).hasMessageContaining("no rows");
        assertThatThrownBy(() -> Evaluation.of(table(List.of(row(1, 1, 0.2, 0.8))), COLUMNS, 0.5))
                .hasMessageContaining("the model is a classifier");
    }

    @Test
    void probabilitiesThatAreNoNumbersAreCountedAndRefused() {
        List<Row> rows = List.of(
                row(1, 1, 0.2, 0.3, 0.5),
                row(1, 1, 0.2, Double.NaN, 0.5),
                row(2, 1, Double.NaN, 0.5, 0.5),
                RowFactory.create(0.0, 1.0, null, 0.0));
        assertThatThrownBy(() -> Evaluation.of(table(rows), COLUMNS, null))
                .isInstanceOf(BadInputException.class)
                .hasMessage("3 of 4 probabilities are missing or NaN; the model or its input is at fault");
    }
}
