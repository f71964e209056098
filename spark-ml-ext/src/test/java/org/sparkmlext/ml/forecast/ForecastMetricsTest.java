package org.sparkmlext.ml.forecast;

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

class ForecastMetricsTest {

    private static final StructType SCHEMA = new StructType()
            .add("model", DataTypes.StringType)
            .add("entity", DataTypes.StringType)
            .add("step", DataTypes.IntegerType)
            .add("target", DataTypes.StringType)
            .add("actual", DataTypes.DoubleType)
            .add("forecast", DataTypes.DoubleType)
            .add("scale", DataTypes.DoubleType)
            .add("p10", DataTypes.DoubleType)
            .add("p50", DataTypes.DoubleType)
            .add("p90", DataTypes.DoubleType);

    private static final List<Row> ROWS = rows();

    /** Two models, three series, two targets, four steps; some actuals zero, missing or not a number, some forecasts missing. */
    private static List<Row> rows() {
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            Double actual = i % 13 == 0 ? 0.0 : i % 31 == 0 ? Double.NaN : random.nextGaussian() * 9;
            if (i % 29 == 0 && i % 13 != 0) {
                actual = null;
            }
            Double forecast = i % 37 == 0 ? null : i % 13 == 0 && i % 2 == 0 ? 0.0 : random.nextGaussian() * 9;
            double middle = random.nextGaussian();
            rows.add(RowFactory.create(
                    i % 2 == 0 ? "a" : "b",
                    "series-" + i % 3,
                    1 + i % 4,
                    i % 5 == 0 ? "x" : "y",
                    actual,
                    forecast,
                    i % 3 == 0 ? null : 0.5 + i % 3,
                    i % 41 == 0 ? null : middle - 8,
                    middle,
                    middle + 8));
        }
        return rows;
    }

    private static Dataset<Row> table() {
        return LocalSpark.session().createDataFrame(ROWS, SCHEMA);
    }

    /** The formulas, as they stand in the Javadoc, over the rows of a model and, where it is above 0, a step. */
    private static double[] naive(String model, int step) {
        double[] sums = new double[16];
        for (Row row : ROWS) {
            if (!row.getString(0).equals(model) || step > 0 && row.getInt(2) != step) {
                continue;
            }
            if (row.isNullAt(4) || Double.isNaN(row.getDouble(4))) {
                sums[13]++;
                continue;
            }
            if (row.isNullAt(5)) {
                sums[14]++;
                continue;
            }
            double y = row.getDouble(4);
            double f = row.getDouble(5);
            sums[0]++;
            sums[1] += Math.abs(y - f);
            sums[2] += Math.pow(y - f, 2);
            if (y != 0) {
                sums[3]++;
                sums[4] += Math.abs((y - f) / y);
            }
            sums[5] += y == 0 && f == 0 ? 0 : Math.abs(y - f) / ((Math.abs(y) + Math.abs(f)) / 2);
            if (!row.isNullAt(6)) {
                sums[6]++;
                sums[7] += Math.abs(y - f) / row.getDouble(6);
            }
            if (!row.isNullAt(7)) {
                sums[8]++;
                double low = row.getDouble(7);
                double middle = row.getDouble(8);
                double high = row.getDouble(9);
                sums[9] += Math.max(0.1 * (y - low), -0.9 * (y - low));
                sums[10] += Math.max(0.5 * (y - middle), -0.5 * (y - middle));
                sums[11] += Math.max(0.9 * (y - high), -0.1 * (y - high));
                sums[12] += y >= low && y <= high ? 1 : 0;
                sums[15] += y <= low ? 1 : 0;
            }
        }
        return sums;
    }

    private static void agrees(ForecastFigures figures, double[] naive) {
        assertThat(figures.count()).isEqualTo((long) naive[0]);
        assertThat(figures.missingActuals()).isEqualTo((long) naive[13]);
        assertThat(figures.missingForecasts()).isEqualTo((long) naive[14]);
        assertThat(figures.mae()).isCloseTo(naive[1] / naive[0], within(1e-10));
        assertThat(figures.mse()).isCloseTo(naive[2] / naive[0], within(1e-10));
        assertThat(figures.rmse()).isCloseTo(Math.sqrt(naive[2] / naive[0]), within(1e-10));
        assertThat(figures.zeroActuals()).isEqualTo((long) (naive[0] - naive[3]));
        assertThat(figures.mape()).isCloseTo(naive[4] / naive[3], within(1e-8 * naive[4]));
        assertThat(figures.smape()).isCloseTo(naive[5] / naive[0], within(1e-10));
        assertThat(figures.unscaled()).isEqualTo((long) (naive[0] - naive[6]));
        assertThat(figures.mase()).isCloseTo(naive[7] / naive[6], within(1e-10));
        assertThat(figures.quantiles())
                .extracting(ForecastFigures.Quantile::level)
                .containsExactly(0.1, 0.5, 0.9);
        for (int i = 0; i < 3; i++) {
            assertThat(figures.quantiles().get(i).pinball()).isCloseTo(naive[9 + i] / naive[8], within(1e-10));
        }
        assertThat(figures.quantiles().get(0).below()).isCloseTo(naive[15] / naive[8], within(1e-12));
        assertThat(figures.pinball()).isCloseTo((naive[9] + naive[10] + naive[11]) / 3 / naive[8], within(1e-10));
        assertThat(figures.intervals()).singleElement().satisfies(interval -> {
            assertThat(interval.nominal()).isCloseTo(0.8, within(1e-12));
            assertThat(interval.coverage()).isCloseTo(naive[12] / naive[8], within(1e-12));
            assertThat(interval.width()).isCloseTo(16, within(1e-9));
        });
    }

    @Test
    void figuresAreTheirFormulasOverAllAndForEachStep() {
        ForecastMetrics metrics = ForecastMetrics.of(table());
        assertThat(metrics.models()).containsExactly("a", "b");
        for (String model : metrics.models()) {
            agrees(metrics.overall(model), naive(model, 0));
            assertThat(metrics.bySteps(model)).hasSize(2);
            metrics.bySteps(model).forEach((step, figures) -> agrees(figures, naive(model, step)));
        }
        assertThat(metrics.byTargets("a")).containsOnlyKeys("x", "y");
    }

    @Test
    void noBitDependsOnPartitionsOrOrder() {
        Dataset<Row> table = table();
        ForecastFigures expected = ForecastMetrics.of(table.coalesce(1)).overall("a");
        ForecastMetrics shuffled = ForecastMetrics.of(table.repartition(7).orderBy(functions.rand(3)));
        assertThat(shuffled.overall("a")).isEqualTo(expected);
        assertThat(shuffled.table().collectAsList())
                .isEqualTo(ForecastMetrics.of(table).table().collectAsList());
    }

    @Test
    void theTableHasARowForAllEachTargetAndEachOfItsSteps() {
        ForecastMetrics metrics = ForecastMetrics.of(table());
        Dataset<Row> table = metrics.table();
        assertThat(table.count()).isEqualTo(2 * (1 + 2) + 2 * 2 * 2);
        assertThat(table.where("model = 'b' and target is null")
                        .select("rmse")
                        .first()
                        .getDouble(0))
                .isEqualTo(metrics.overall("b").rmse());
        Dataset<Row> entities = metrics.byEntities();
        assertThat(entities.count()).isEqualTo(2 * 3 * 2);
        assertThat(entities.agg(functions.sum("count")).first().getLong(0))
                .isEqualTo(metrics.overall("a").count() + metrics.overall("b").count());
        assertThat(entities.where("entity = 'series-0'")
                        .select("mase")
                        .distinct()
                        .first()
                        .isNullAt(0))
                .isTrue();
    }

    @Test
    void whatCannotBeMeasuredIsNotANumber() {
        Dataset<Row> zeros = table().where("actual = 0").drop("p10", "p50", "p90", "scale", "model", "entity");
        ForecastFigures figures = ForecastMetrics.of(zeros).overall("");
        assertThat(figures.count()).isEqualTo(figures.zeroActuals()).isPositive();
        assertThat(figures.mape()).isNaN();
        assertThat(figures.mase()).isNaN();
        assertThat(figures.pinball()).isNaN();
        assertThat(figures.mae()).isPositive();
        assertThatThrownBy(() -> ForecastMetrics.of(zeros.drop("step"))).hasMessageContaining("'step'");
    }

    @Test
    void namesOfQuantileColumnsGoBothWays() {
        assertThat(ForecastColumns.quantile(0.1)).isEqualTo("p10");
        assertThat(ForecastColumns.quantile(0.025)).isEqualTo("p2_5");
        assertThat(ForecastColumns.quantile(0.005)).isEqualTo("p0_5");
        StructType schema = new StructType();
        for (String name : List.of("p97_5", "price", "p05", "p2_5", "p", "p0", "p100", "p50")) {
            schema = schema.add(name, DataTypes.DoubleType);
        }
        assertThat(ForecastColumns.levels(schema)).containsExactly(0.025, 0.5, 0.975);
        assertThatThrownBy(() -> ForecastColumns.quantile(1)).hasMessageContaining("between 0 and 1");
    }
}
