package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class NormalEquationsTest {

    private static final int ROWS = 300;
    private static final double PENALTY = 20;

    @Test
    void coefficientsAreThoseOfSparksLinearRegression() {
        Random random = new Random(11);
        NormalEquations some = new NormalEquations(4, 2);
        NormalEquations others = new NormalEquations(4, 2);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double[] x = {
                random.nextGaussian(), 2 * random.nextGaussian(), random.nextDouble(), random.nextGaussian(), 1
            };
            double[] y = {3 * x[0] - x[1] + 0.5 + random.nextGaussian(), x[2] + 2 * x[3] - 4 + random.nextGaussian()};
            (i % 3 == 0 ? some : others).add(x, y);
            rows.add(RowFactory.create(Vectors.dense(x[0], x[1], x[2], x[3]), y[0], y[1]));
        }
        some.merge(others);
        double[] coefficients = some.solve(PENALTY);
        for (int k = 0; k < 2; k++) {
            // Spark minimises half the mean squared error plus half regParam / deviation of the label times the squared
            // weights.
            LinearRegressionModel model = new LinearRegression()
                    .setSolver("normal")
                    .setStandardization(false)
                    .setRegParam(PENALTY / ROWS * deviation(rows, 1 + k))
                    .setLabelCol("y" + k)
                    .fit(LocalSpark.session()
                            .createDataFrame(
                                    rows,
                                    new StructType()
                                            .add("features", SQLDataTypes.VectorType())
                                            .add("y0", DataTypes.DoubleType)
                                            .add("y1", DataTypes.DoubleType)));
            for (int i = 0; i < 4; i++) {
                assertThat(coefficients[k * 5 + i])
                        .isCloseTo(model.coefficients().apply(i), within(1e-9));
            }
            assertThat(coefficients[k * 5 + 4]).isCloseTo(model.intercept(), within(1e-9));
        }
    }

    private static double deviation(List<Row> rows, int column) {
        double mean = rows.stream()
                .mapToDouble(row -> row.getDouble(column))
                .average()
                .orElseThrow();
        return Math.sqrt(rows.stream()
                .mapToDouble(row -> Math.pow(row.getDouble(column) - mean, 2))
                .average()
                .orElseThrow());
    }

    @Test
    void withoutObservationsThereIsNoSolution() {
        assertThatThrownBy(() -> new NormalEquations(2, 1).solve(1)).hasMessageContaining("0 windows");
    }
}
