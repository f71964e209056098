package org.sparkmlext.jobs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class BinaryEvaluationTest {

    private static Dataset<Row> predictions(double[] probabilities, Double[] labels) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            double p = probabilities[i];
            rows.add(RowFactory.create(labels[i], Vectors.dense(1 - p, p), p > 0.5 ? 1.0 : 0.0));
        }
        return LocalSpark.session()
                .createDataFrame(
                        rows,
                        new StructType()
                                .add("y", DataTypes.DoubleType)
                                .add("probability", SQLDataTypes.VectorType())
                                .add("prediction", DataTypes.DoubleType));
    }

    @Test
    void agreesWithSumsOverAllPairs() {
        Random random = new Random(5);
        int n = 400;
        double[] probabilities = new double[n];
        Double[] labels = new Double[n];
        for (int i = 0; i < n; i++) {
            // Few distinct values, so that ties are many.
            probabilities[i] = (1 + random.nextInt(20)) / 22.0;
            labels[i] = random.nextDouble() < probabilities[i] ? 1.0 : 0.0;
        }
        BinaryEvaluation evaluation = BinaryEvaluation.of(predictions(probabilities, labels), "y");
        double ordered = 0;
        double pairs = 0;
        double loss = 0;
        long correct = 0;
        for (int i = 0; i < n; i++) {
            loss -= Math.log(labels[i] == 1 ? probabilities[i] : 1 - probabilities[i]) / n;
            correct += (probabilities[i] > 0.5 ? 1 : 0) == labels[i] ? 1 : 0;
            for (int j = 0; j < n; j++) {
                if (labels[i] == 1 && labels[j] == 0) {
                    pairs++;
                    ordered += probabilities[i] > probabilities[j] ? 1 : probabilities[i] == probabilities[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(evaluation.auc()).isCloseTo(ordered / pairs, within(1e-12));
        assertThat(evaluation.logLoss()).isCloseTo(loss, within(1e-12));
        assertThat(evaluation.accuracy()).isEqualTo((double) correct / n);
        assertThat(evaluation.truePositives()
                        + evaluation.falsePositives()
                        + evaluation.trueNegatives()
                        + evaluation.falseNegatives())
                .isEqualTo(n);
        assertThat(evaluation.describe()).contains("AUC ", "log-loss", "label 1");
    }

    @Test
    void aSingleClassHasNoAuc() {
        BinaryEvaluation evaluation =
                BinaryEvaluation.of(predictions(new double[] {0.2, 0.8}, new Double[] {1.0, 1.0}), "y");
        assertThat(evaluation.auc()).isNaN();
        assertThat(evaluation.falseNegatives()).isEqualTo(1);
    }

    @Test
    void missingAndStrangeLabelsAndNoRowsAreRefused() {
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[] {0.5}, new Double[] {null}), "y"))
                .hasMessageContaining("label column 'y'");
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[] {0.5}, new Double[] {2.0}), "y"))
                .hasMessageContaining("not 0/1");
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[0], new Double[0]), "y"))
                .hasMessageContaining("no rows");
    }
}
