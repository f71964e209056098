package org.sparkmlext.ml.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class BinaryEvaluationTest {
    private static final LabelColumns COLUMNS = new LabelColumns("y", null);

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

    private static Dataset<Row> weighted(double[] probabilities, Double[] labels, Double[] weights) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            double p = probabilities[i];
            rows.add(RowFactory.create(labels[i], Vectors.dense(1 - p, p), p > 0.5 ? 1.0 : 0.0, weights[i]));
        }
        return LocalSpark.session()
                .createDataFrame(
                        rows,
                        new StructType()
                                .add("y", DataTypes.DoubleType)
                                .add("probability", SQLDataTypes.VectorType())
                                .add("prediction", DataTypes.DoubleType)
                                .add("w", DataTypes.DoubleType));
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
        BinaryEvaluation evaluation = BinaryEvaluation.of(predictions(probabilities, labels), COLUMNS);
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
    void weightsCountAsRepeatedRowsWhateverThePartitioning() {
        Random random = new Random(8);
        int n = 200;
        double[] probabilities = new double[n];
        Double[] labels = new Double[n];
        Double[] weights = new Double[n];
        List<Double> repeatedProbabilities = new ArrayList<>();
        List<Double> repeatedLabels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            probabilities[i] = (1 + random.nextInt(30)) / 32.0;
            labels[i] = random.nextDouble() < probabilities[i] ? 1.0 : 0.0;
            int times = random.nextInt(4);
            // A common factor changes nothing; this one has digits in all three parts of a weight.
            weights[i] = times * (1 + 1e-9 + 0x1p-44);
            repeatedProbabilities.addAll(Collections.nCopies(times, probabilities[i]));
            repeatedLabels.addAll(Collections.nCopies(times, labels[i]));
        }
        LabelColumns columns = new LabelColumns("y", "w");
        Dataset<Row> rows = weighted(probabilities, labels, weights);
        BinaryEvaluation evaluation = BinaryEvaluation.of(rows, columns);
        BinaryEvaluation repeated = BinaryEvaluation.of(
                predictions(
                        repeatedProbabilities.stream().mapToDouble(p -> p).toArray(),
                        repeatedLabels.toArray(new Double[0])),
                COLUMNS);
        assertThat(evaluation.auc()).isCloseTo(repeated.auc(), within(1e-12));
        assertThat(evaluation.averagePrecision()).isCloseTo(repeated.averagePrecision(), within(1e-12));
        assertThat(evaluation.logLoss()).isCloseTo(repeated.logLoss(), within(1e-12));
        assertThat(evaluation.accuracy()).isCloseTo(repeated.accuracy(), within(1e-12));
        assertThat(evaluation.rows()).isEqualTo(n);
        assertThat(evaluation.describe()).contains("weighted by 'w'", "PR-AUC");
        for (int partitions : new int[] {1, 3, 7}) {
            assertThat(BinaryEvaluation.of(
                            rows.orderBy(functions.rand(partitions)).repartition(partitions), columns))
                    .isEqualTo(evaluation);
        }
    }

    @Test
    void averagePrecisionIsThatOfTheSteps() {
        BinaryEvaluation evaluation = BinaryEvaluation.of(
                predictions(new double[] {0.9, 0.7, 0.7, 0.4}, new Double[] {1.0, 0.0, 1.0, 1.0}), COLUMNS);
        assertThat(evaluation.averagePrecision()).isCloseTo((1 + 2.0 / 3 + 3.0 / 4) / 3, within(1e-15));
    }

    @Test
    void strangeWeightsAreRefused() {
        for (Double weight : new Double[] {null, -1.0, Double.NaN, Double.POSITIVE_INFINITY, 0x1p32}) {
            assertThatThrownBy(() -> BinaryEvaluation.of(
                            weighted(new double[] {0.5, 0.5}, new Double[] {1.0, 0.0}, new Double[] {1.0, weight}),
                            new LabelColumns("y", "w")))
                    .hasMessageContaining("weight column 'w': 1 rows");
        }
        assertThatThrownBy(() -> BinaryEvaluation.of(
                        weighted(new double[] {0.5}, new Double[] {1.0}, new Double[] {0.0}),
                        new LabelColumns("y", "w")))
                .hasMessageContaining("0 in all 1 rows");
    }

    @Test
    void aSingleClassHasNoAuc() {
        BinaryEvaluation evaluation =
                BinaryEvaluation.of(predictions(new double[] {0.2, 0.8}, new Double[] {1.0, 1.0}), COLUMNS);
        assertThat(evaluation.auc()).isNaN();
        assertThat(evaluation.falseNegatives()).isEqualTo(1);
    }

    @Test
    void missingAndStrangeLabelsAndNoRowsAreRefused() {
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[] {0.5}, new Double[] {null}), COLUMNS))
                .hasMessageContaining("label column 'y'");
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[] {0.5}, new Double[] {2.0}), COLUMNS))
                .hasMessageContaining("not 0/1");
        assertThatThrownBy(() -> BinaryEvaluation.of(predictions(new double[0], new Double[0]), COLUMNS))
                .hasMessageContaining("no rows");
    }
}
