package org.sparkmlext.ml.forecast;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;

/**
 * A Spark ML stage as a forecaster: one whose model gives each row, in one column, the forecast of the rows that follow it.
 *
 * <p>The column is a vector or an array of {@code horizon x targets x levels} numbers, step after step, in each the targets in the order
 * in which they are named, of each target the quantile levels, lowest first; or one number where that product is 1. A null means
 * that the row has no forecast. The forecast of a row must follow from rows up to it: the model is handed later ones too, where it is
 * fitted once for several origins.
 */
public final class StageForecaster implements Forecaster {

    private static final String ORIGINS = "__origins";
    private static final String VALUES = "__values";
    private static final String PLACE = "__place";
    private static final double MEDIAN = 0.5;

    private final @Nullable Estimator<?> estimator;
    private final @Nullable Transformer model;
    private final String column;
    private final double[] levels;

    private StageForecaster(
            @Nullable Estimator<?> estimator, @Nullable Transformer model, String column, double[] levels) {
        this.estimator = estimator;
        this.model = model;
        this.column = column;
        this.levels = levels;
    }

    /**
     * Fits a stage on the training rows.
     *
     * @param column where its model puts forecasts
     */
    public static StageForecaster ofEstimator(Estimator<?> estimator, String column) {
        return new StageForecaster(estimator, null, column, new double[0]);
    }

    /**
     * Forecasts with a model that is fitted already; it must not have seen the rows after the first origin.
     *
     * @param column where it puts forecasts
     */
    public static StageForecaster ofModel(Transformer model, String column) {
        return new StageForecaster(null, model, column, new double[0]);
    }

    /**
     * The same, whose numbers are quantiles. The point forecast is that of the level nearest to 0.5.
     *
     * @param quantileLevels between 0 and 1, rising
     */
    public StageForecaster quantiles(double... quantileLevels) {
        for (int i = 0; i < quantileLevels.length; i++) {
            ForecastColumns.quantile(quantileLevels[i]);
            if (i > 0 && quantileLevels[i] <= quantileLevels[i - 1]) {
                throw new IllegalArgumentException("quantile levels must rise, got " + Arrays.toString(quantileLevels));
            }
        }
        return new StageForecaster(estimator, model, column, quantileLevels.clone());
    }

    @Override
    public Dataset<Row> forecast(ForecastTask task) {
        Transformer fitted = model != null ? model : fit(task);
        Dataset<Row> scored = fitted.transform(task.historyWithOrigins(ORIGINS))
                .where(size(col(ORIGINS)).gt(0));
        List<String> targets = task.columns().channels();
        int numbers = Math.max(1, levels.length);
        int expected = task.horizon() * targets.size() * numbers;
        Dataset<Row> forecasts = scored.select(
                        col(ForecastTask.ENTITY).as(ForecastColumns.ENTITY),
                        explode(col(ORIGINS)).as(ForecastColumns.ORIGIN),
                        values(scored, expected).as(VALUES))
                .where(col(VALUES).isNotNull())
                .select(
                        col(ForecastColumns.ENTITY),
                        col(ForecastColumns.ORIGIN),
                        col(VALUES),
                        explode(sequence(lit(0), lit(task.horizon() * targets.size() - 1)))
                                .as(PLACE));
        Column names = array(targets.stream().map(functions::lit).toArray(Column[]::new));
        Column[] columns = new Column[5 + levels.length];
        columns[0] = col(ForecastColumns.ENTITY);
        columns[1] = col(ForecastColumns.ORIGIN);
        columns[2] = col(PLACE).divide(targets.size()).cast("int").plus(1).as(ForecastColumns.STEP);
        columns[3] = names.getItem(col(PLACE).mod(targets.size())).as(ForecastColumns.TARGET);
        columns[4] = number(numbers, median()).as(ForecastColumns.FORECAST);
        for (int i = 0; i < levels.length; i++) {
            columns[5 + i] = number(numbers, i).as(ForecastColumns.quantile(levels[i]));
        }
        return forecasts.select(columns);
    }

    private Transformer fit(ForecastTask task) {
        if (estimator == null) {
            throw new IllegalStateException("neither a model nor an estimator");
        }
        return (Transformer) estimator.fit(task.training());
    }

    private static Column number(int numbers, int place) {
        return col(VALUES).getItem(col(PLACE).multiply(numbers).plus(place));
    }

    /** Place of the level nearest to a half. */
    private int median() {
        int nearest = 0;
        for (int i = 1; i < levels.length; i++) {
            if (Math.abs(levels[i] - MEDIAN) < Math.abs(levels[nearest] - MEDIAN)) {
                nearest = i;
            }
        }
        return nearest;
    }

    /** The forecasts of a row as an array of doubles; another number of them fails when it is read. */
    private Column values(Dataset<Row> scored, int expected) {
        if (!Arrays.asList(scored.columns()).contains(column)) {
            throw new IllegalArgumentException("the model gives no column '" + column + "' with forecasts; it gives "
                    + String.join(", ", scored.columns()));
        }
        DataType type = scored.schema().apply(column).dataType();
        Column raw = EventTable.column(column);
        Column values;
        if (type.equals(SQLDataTypes.VectorType())) {
            values = vector_to_array(raw, "float64");
        } else if (type instanceof ArrayType) {
            values = raw.cast("array<double>");
        } else if (type instanceof NumericType) {
            values = when(raw.isNotNull(), array(raw.cast("double")));
        } else {
            throw new IllegalArgumentException("column '" + column
                    + "' with forecasts must be a vector, an array or a number, is " + type.simpleString());
        }
        Column size = size(values);
        Column error = raise_error(concat(
                lit("column '" + column + "' has "),
                size,
                lit(" numbers a row; horizon x targets x quantile levels is " + expected)));
        return when(raw.isNull().or(size.equalTo(expected)), values).otherwise(error.cast("array<double>"));
    }
}
