package org.sparkmlext.ml.forecast;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Figures of a long table of forecasts (see {@link ForecastColumns}): over all, for each step of the horizon, each target, each series.
 *
 * <p>The sums of each model, target and step come to the driver; those of series stay distributed. The same table gives the same bits,
 * however it is partitioned.
 */
public final class ForecastMetrics {

    private static final Comparator<Group> IN_ORDER =
            Comparator.comparing(Group::model).thenComparing(Group::part).thenComparingInt(Group::step);

    private final Dataset<Row> points;
    private final double[] levels;
    private final Map<Group, ErrorSums> byTargetAndStep;

    private ForecastMetrics(Dataset<Row> points, double[] levels, Map<Group, ErrorSums> byTargetAndStep) {
        this.points = points;
        this.levels = levels;
        this.byTargetAndStep = byTargetAndStep;
    }

    /** What one set of sums is of. */
    private record Group(String model, String part, String target, int step) implements Serializable {}

    /**
     * Measures in one pass over the table.
     *
     * @param forecasts with columns {@code target}, {@code step}, {@code actual}, {@code forecast}; also, where they are there,
     *     {@code model}, {@code entity}, {@code scale} and quantiles {@code p10}, ...
     * @throws IllegalArgumentException if a column is missing; names it
     */
    public static ForecastMetrics of(Dataset<Row> forecasts) {
        double[] levels = ForecastColumns.levels(forecasts.schema());
        Dataset<Row> points = points(forecasts, levels);
        Map<Group, ErrorSums> sums = new TreeMap<>(IN_ORDER.thenComparing(Group::target));
        summed(points, levels, row -> new Group(row.getString(0), "", row.getString(2), row.getInt(3)))
                .collect()
                .forEach(entry -> sums.put(entry._1(), entry._2()));
        return new ForecastMetrics(points, levels, sums);
    }

    private static Dataset<Row> points(Dataset<Row> forecasts, double[] levels) {
        List<String> present = Arrays.asList(forecasts.columns());
        for (String needed : List.of(
                ForecastColumns.TARGET, ForecastColumns.STEP, ForecastColumns.ACTUAL, ForecastColumns.FORECAST)) {
            if (!present.contains(needed)) {
                throw new IllegalArgumentException("a table of forecasts has a column '" + needed + "'; this one has "
                        + String.join(", ", present));
            }
        }
        Column nan = functions.lit(Double.NaN);
        List<Column> columns = new ArrayList<>();
        for (String name : List.of(ForecastColumns.MODEL, ForecastColumns.ENTITY, ForecastColumns.TARGET)) {
            columns.add(
                    present.contains(name)
                            ? functions.coalesce(functions.col(name).cast("string"), functions.lit(""))
                            : functions.lit(""));
        }
        columns.add(functions.col(ForecastColumns.STEP).cast("int"));
        List<String> numbers = new ArrayList<>(List.of(ForecastColumns.ACTUAL, ForecastColumns.FORECAST));
        numbers.add(ForecastColumns.SCALE);
        Arrays.stream(levels).mapToObj(ForecastColumns::quantile).forEach(numbers::add);
        for (String name : numbers) {
            columns.add(
                    present.contains(name)
                            ? functions.coalesce(functions.col(name).cast("double"), nan)
                            : nan);
        }
        return forecasts.select(columns.toArray(Column[]::new));
    }

    /** How a row is put into its group. */
    private interface Grouping extends org.apache.spark.api.java.function.Function<Row, Group> {}

    private static JavaPairRDD<Group, ErrorSums> summed(Dataset<Row> points, double[] levels, Grouping grouping) {
        return points.toJavaRDD()
                .mapToPair(row -> new Tuple2<>(grouping.call(row), row))
                .aggregateByKey(
                        new ErrorSums(levels),
                        (sums, row) -> {
                            double[] quantiles = new double[levels.length];
                            for (int i = 0; i < quantiles.length; i++) {
                                quantiles[i] = row.getDouble(7 + i);
                            }
                            return sums.add(row.getDouble(4), row.getDouble(5), row.getDouble(6), quantiles);
                        },
                        ErrorSums::merge);
    }

    /** The models measured, in order of their names. */
    public List<String> models() {
        return byTargetAndStep.keySet().stream()
                .map(Group::model)
                .distinct()
                .sorted()
                .toList();
    }

    /** Over all series, origins, steps and targets of a model. */
    public ForecastFigures overall(String model) {
        return merged(group -> group.model().equals(model)).figures();
    }

    /** Over all series and origins, for each step of the horizon. */
    public Map<Integer, ForecastFigures> bySteps(String model) {
        Map<Integer, ForecastFigures> figures = new TreeMap<>();
        byTargetAndStep.keySet().stream()
                .filter(group -> group.model().equals(model))
                .map(Group::step)
                .distinct()
                .forEach(step -> figures.put(
                        step,
                        merged(group -> group.model().equals(model) && group.step() == step)
                                .figures()));
        return figures;
    }

    /** Over all series, origins and steps, for each target. */
    public Map<String, ForecastFigures> byTargets(String model) {
        Map<String, ForecastFigures> figures = new TreeMap<>();
        byTargetAndStep.keySet().stream()
                .filter(group -> group.model().equals(model))
                .map(Group::target)
                .distinct()
                .forEach(target -> figures.put(
                        target,
                        merged(group -> group.model().equals(model)
                                        && group.target().equals(target))
                                .figures()));
        return figures;
    }

    private ErrorSums merged(Predicate<Group> wanted) {
        ErrorSums all = new ErrorSums(levels);
        byTargetAndStep.forEach((group, sums) -> {
            if (wanted.test(group)) {
                all.merge(sums);
            }
        });
        return all;
    }

    /**
     * A table with a row for each model over all, for each of its targets, and for each step of each target.
     *
     * <p>Columns: {@code model}, {@code target} (null: all), {@code step} (null: all), then the figures by their names;
     * {@code pinball} is the mean over levels, {@code coverage} that of the widest interval.
     */
    public Dataset<Row> table() {
        List<Row> rows = new ArrayList<>();
        for (String model : models()) {
            rows.add(row(overall(model), model, null, null));
            byTargets(model).forEach((target, figures) -> rows.add(row(figures, model, target, null)));
            byTargetAndStep.forEach((group, sums) -> {
                if (group.model().equals(model)) {
                    rows.add(row(sums.figures(), model, group.target(), group.step()));
                }
            });
        }
        return points.sparkSession()
                .createDataFrame(
                        rows,
                        withFigures(new StructType()
                                .add(ForecastColumns.MODEL, DataTypes.StringType)
                                .add(ForecastColumns.TARGET, DataTypes.StringType)
                                .add(ForecastColumns.STEP, DataTypes.IntegerType)));
    }

    /** A table with a row for each model, series and target, over all origins and steps; computed where it is used. */
    public Dataset<Row> byEntities() {
        double[] all = levels;
        return points.sparkSession()
                .createDataFrame(
                        summed(points, all, row -> new Group(row.getString(0), row.getString(1), row.getString(2), 0))
                                .map(entry -> row(
                                        entry._2().figures(),
                                        entry._1().model(),
                                        entry._1().part(),
                                        entry._1().target())),
                        withFigures(new StructType()
                                .add(ForecastColumns.MODEL, DataTypes.StringType)
                                .add(ForecastColumns.ENTITY, DataTypes.StringType)
                                .add(ForecastColumns.TARGET, DataTypes.StringType)));
    }

    private static StructType withFigures(StructType keys) {
        return keys.add("count", DataTypes.LongType)
                .add("missing_actuals", DataTypes.LongType)
                .add("missing_forecasts", DataTypes.LongType)
                .add("mae", DataTypes.DoubleType)
                .add("mse", DataTypes.DoubleType)
                .add("rmse", DataTypes.DoubleType)
                .add("mape", DataTypes.DoubleType)
                .add("zero_actuals", DataTypes.LongType)
                .add("smape", DataTypes.DoubleType)
                .add("mase", DataTypes.DoubleType)
                .add("unscaled", DataTypes.LongType)
                .add("pinball", DataTypes.DoubleType)
                .add("nominal", DataTypes.DoubleType)
                .add("coverage", DataTypes.DoubleType);
    }

    private static Row row(ForecastFigures f, @Nullable Object... keys) {
        List<@Nullable Object> values = new ArrayList<>(Arrays.asList(keys));
        values.addAll(List.of(f.count(), f.missingActuals(), f.missingForecasts()));
        for (double value : new double[] {f.mae(), f.mse(), f.rmse(), f.mape()}) {
            values.add(orNull(value));
        }
        values.add(f.zeroActuals());
        values.add(orNull(f.smape()));
        values.add(orNull(f.mase()));
        values.add(f.unscaled());
        values.add(orNull(f.pinball()));
        ForecastFigures.@Nullable Interval widest =
                f.intervals().isEmpty() ? null : f.intervals().get(0);
        values.add(widest == null ? null : widest.nominal());
        values.add(widest == null ? null : widest.coverage());
        return RowFactory.create(values.toArray());
    }

    private static @Nullable Double orNull(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
