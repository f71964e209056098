package org.sparkmlext.ml.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class RegressionEvaluationTest {
    private static final LabelColumns COLUMNS = new LabelColumns("y", "w");

    private static Dataset<Row> rows(Double[]... labelPredictionWeight) {
        List<Row> rows = new ArrayList<>();
        for (Double[] row : labelPredictionWeight) {
            rows.add(RowFactory.create((Object[]) row));
        }
        return LocalSpark.session()
                .createDataFrame(
                        rows,
                        new StructType()
                                .add("y", DataTypes.DoubleType)
                                .add("prediction", DataTypes.DoubleType)
                                .add("w", DataTypes.DoubleType));
    }

    @Test
    void figuresAreThoseOfTheirDefinitions() {
        Dataset<Row> rows = rows(
                new Double[] {2.0, 1.0, 1.0},
                new Double[] {0.0, 2.0, 2.0},
                new Double[] {-4.0, -4.0, 3.0},
                new Double[] {8.0, 4.0, 0.5});
        RegressionEvaluation evaluation = (RegressionEvaluation) Evaluation.of(rows, COLUMNS, 0.75);
        double weight = 6.5;
        double mean = (2 - 12 + 4) / weight;
        double squares = 1 + 2 * 4 + 0.5 * 16;
        double spread =
                Math.pow(2 - mean, 2) + 2 * mean * mean + 3 * Math.pow(-4 - mean, 2) + 0.5 * Math.pow(8 - mean, 2);
        assertThat(evaluation.weight()).isEqualTo(weight);
        assertThat(evaluation.rmse()).isCloseTo(Math.sqrt(squares / weight), within(1e-15));
        assertThat(evaluation.mae()).isCloseTo((1 + 2 * 2 + 0.5 * 4) / weight, within(1e-15));
        assertThat(evaluation.r2()).isCloseTo(1 - squares / spread, within(1e-14));
        assertThat(evaluation.mape()).isCloseTo((0.5 + 0.5 * 0.5) / 4.5, within(1e-15));
        assertThat(evaluation.zeroLabels()).isEqualTo(1);
        assertThat(evaluation.pinball()).isCloseTo((0.75 * 1 + 2 * 0.25 * 2 + 0.5 * 0.75 * 4) / weight, within(1e-15));
        assertThat(evaluation.describe())
                .contains("RMSE", "without 1 rows whose label is 0", "(level 0.75)", "weighted by 'w' (sum 6.5)");
        assertThat(RegressionEvaluation.of(rows, new LabelColumns("y", null), null)
                        .describe())
                .contains("(4 rows)")
                .doesNotContain("pinball");
    }

    /** A mean a billion times the spread; sums of rounded squares would leave nothing of R2. */
    @Test
    void r2SurvivesALargeMeanAndPartitioningChangesNothing() {
        Random random = new Random(3);
        Double[][] values = new Double[500][];
        double[] noise = new double[values.length];
        double squares = 0;
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            // Multiples of 2^-10: exact beside 10^9.
            noise[i] = random.nextInt(2000) / 1024.0;
            double error = random.nextInt(100) / 1024.0;
            values[i] = new Double[] {1e9 + noise[i], 1e9 + noise[i] + error, 1.0};
            squares += error * error;
            mean += noise[i] / values.length;
        }
        double spread = 0;
        for (double one : noise) {
            spread += (one - mean) * (one - mean);
        }
        Dataset<Row> rows = rows(values);
        RegressionEvaluation evaluation = RegressionEvaluation.of(rows, COLUMNS, 0.1);
        assertThat(evaluation.r2()).isCloseTo(1 - squares / spread, within(1e-12));
        for (int partitions : new int[] {1, 4, 9}) {
            assertThat(RegressionEvaluation.of(
                            rows.orderBy(functions.rand(partitions)).repartition(partitions), COLUMNS, 0.1))
                    .isEqualTo(evaluation);
        }
    }

    @Test
    void whatIsUndefinedSaysSo() {
        RegressionEvaluation evaluation = RegressionEvaluation.of(
                rows(new Double[] {0.0, 1.0, 1.0}, new Double[] {0.0, 3.0, 1.0}), COLUMNS, null);
        assertThat(evaluation.r2()).isNaN();
        assertThat(evaluation.mape()).isNaN();
        assertThat(evaluation.describe()).contains("undefined");
        RegressionEvaluation constant = RegressionEvaluation.of(
                rows(new Double[] {0.1, 1.0, 0.3}, new Double[] {0.1, 3.0, 0.7}), COLUMNS, null);
        assertThat(constant.r2()).isNaN();
    }

    @Test
    void strangeRowsAreRefused() {
        assertThatThrownBy(() -> RegressionEvaluation.of(rows(new Double[] {null, 1.0, 1.0}), COLUMNS, null))
                .hasMessageContaining("label column 'y' has 1 rows");
        assertThatThrownBy(() -> RegressionEvaluation.of(rows(new Double[] {1.0, Double.NaN, 1.0}), COLUMNS, null))
                .hasMessageContaining("1 of 1 predictions");
        assertThatThrownBy(() -> RegressionEvaluation.of(rows(new Double[] {1.0, 1.0, -1.0}), COLUMNS, null))
                .hasMessageContaining("weight column 'w': 1 rows");
        assertThatThrownBy(() -> RegressionEvaluation.of(rows(), COLUMNS, null)).hasMessageContaining("no rows");
        assertThatThrownBy(() -> RegressionEvaluation.of(rows(), COLUMNS, 1.0)).hasMessageContaining("between 0 and 1");
    }
}
