package org.sparkmlext.ml.forecast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.data.SeriesColumns;

/**
 * Rolling-origin evaluation (Tashman, "Out-of-sample tests of forecasting accuracy", 2000): forecasts are made as if it were each of some
 * past times, and held against what came. The naive forecast and, with a season, the seasonal naive one are always measured beside the
 * models.
 *
 * <pre>{@code
 * BacktestResult result = new Backtest(24)
 *         .entityCol("station")
 *         .timeCol("hour")
 *         .targetCols("load")
 *         .season(24)
 *         .origins(Origins.last(10, 24))
 *         .withExponentialSmoothing()
 *         .withRidge(96)
 *         .model("lstm", StageForecaster.ofEstimator(lstm, "predictions"))
 *         .run(events);
 * System.out.println(result.describe());
 * }</pre>
 *
 * <p>A step is a row: the horizon is the {@code horizon} rows of a series after the origin, whatever time lies between. The table is
 * laid out by series once and stays distributed; the driver sees origins and figures. Not for several threads.
 */
public final class Backtest {

    private static final Logger LOG = LoggerFactory.getLogger("org.sparkmlext.backtest");
    private static final double RIDGE_PENALTY = 1;

    private final int horizon;
    private final Map<String, Forecaster> models = new LinkedHashMap<>();
    private @Nullable String entityCol;
    private String timeCol = "";
    private List<String> targetCols = List.of();
    private Origins origins = Origins.last(1, 1);
    private int season = 1;
    private int window = Integer.MAX_VALUE;
    private boolean refits = true;
    private @Nullable String trainingEnd;
    private boolean hasSmoothing;
    private boolean hasDrift;
    private int ridgeLags;

    /** @param horizon how many rows after each origin are forecast, at least 1 */
    public Backtest(int horizon) {
        if (horizon < 1) {
            throw new IllegalArgumentException("the horizon must be at least 1 row, got " + horizon);
        }
        this.horizon = horizon;
    }

    /** Column that says which series a row belongs to, of any type that has a text (default: the table is one series). */
    public Backtest entityCol(String name) {
        this.entityCol = name.isEmpty() ? null : name;
        return this;
    }

    /** Column of the rows' order: timestamp, date or a whole number. */
    public Backtest timeCol(String name) {
        this.timeCol = name;
        return this;
    }

    /** Numeric columns that are forecast. */
    public Backtest targetCols(String... names) {
        if (new HashSet<>(List.of(names)).size() < names.length) {
            throw new IllegalArgumentException("the target columns " + List.of(names) + " name one twice");
        }
        this.targetCols = List.of(names);
        return this;
    }

    /** When forecasts are made (default: once, a horizon before the table's end). */
    public Backtest origins(Origins times) {
        this.origins = times;
        return this;
    }

    /** Rows of a season: 24 for hours of a day, 7 for days of a week (default: 1, none). Scales MASE too. */
    public Backtest season(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("a season has at least 1 row, got " + rows);
        }
        this.season = rows;
        return this;
    }

    /** Models are fitted at each origin, from the rows up to it (default). */
    public Backtest refitEachOrigin() {
        this.refits = true;
        this.trainingEnd = null;
        return this;
    }

    /** Models are fitted once, from the rows up to the first origin, and forecast from all origins. */
    public Backtest fitOnce() {
        this.refits = false;
        this.trainingEnd = null;
        return this;
    }

    /**
     * Models are fitted once, from the rows up to a time.
     *
     * @param lastTrainingTime no later than the first origin; a text as in {@link Origins#at}
     */
    public Backtest fitOnce(String lastTrainingTime) {
        this.refits = false;
        this.trainingEnd = lastTrainingTime;
        return this;
    }

    /** Of each series only so many last rows are learnt from and looked back on (default: all, an expanding window). */
    public Backtest slidingWindow(int rows) {
        if (rows < 2) {
            throw new IllegalArgumentException("a sliding window has at least 2 rows, got " + rows);
        }
        this.window = rows;
        return this;
    }

    /** Adds a model under a name for the tables. */
    public Backtest model(String name, Forecaster forecaster) {
        if (name.isBlank() || Baselines.NAMES.contains(name) || models.containsKey(name)) {
            throw new IllegalArgumentException("a model's name must be its own: '" + name + "' is "
                    + (name.isBlank() ? "blank" : "taken; the baselines are called " + Baselines.NAMES));
        }
        models.put(name, forecaster);
        return this;
    }

    /** Adds exponential smoothing: Holt-Winters with an additive season, or Holt's trend where there is none. */
    public Backtest withExponentialSmoothing() {
        this.hasSmoothing = true;
        return this;
    }

    /** Adds the line from the first to the last value. */
    public Backtest withDrift() {
        this.hasDrift = true;
        return this;
    }

    /** Adds a ridge regression on so many last values, one for all series and targets. */
    public Backtest withRidge(int lags) {
        if (lags < 1) {
            throw new IllegalArgumentException("ridge regression looks at 1 lag at least, got " + lags);
        }
        this.ridgeLags = lags;
        return this;
    }

    private SeriesColumns columns() {
        if (timeCol.isEmpty()) {
            throw new IllegalArgumentException("timeCol is not set; rows of a series need an order");
        }
        if (targetCols.isEmpty()) {
            throw new IllegalArgumentException("targetCols is not set; name at least one column to forecast");
        }
        return new SeriesColumns(entityCol, timeCol, targetCols, null);
    }

    /** Models first, then the baselines. */
    private Map<String, Forecaster> forecasters() {
        Map<String, Forecaster> all = new LinkedHashMap<>(models);
        all.put(Baselines.NAIVE, new LocalForecaster(SimpleForecasts.naive()));
        if (season > 1) {
            all.put(Baselines.SEASONAL_NAIVE, new LocalForecaster(SimpleForecasts.seasonalNaive(season)));
        }
        if (hasDrift) {
            all.put(Baselines.DRIFT, new LocalForecaster(SimpleForecasts.drift()));
        }
        if (hasSmoothing) {
            all.put(
                    season > 1 ? Baselines.HOLT_WINTERS : Baselines.HOLT,
                    new LocalForecaster(
                            season > 1 ? ExponentialSmoothing.holtWinters(season) : ExponentialSmoothing.holt()));
        }
        if (ridgeLags > 0) {
            all.put(Baselines.RIDGE, new RidgeForecaster(ridgeLags, RIDGE_PENALTY));
        }
        return all;
    }

    /**
     * Runs it all and measures.
     *
     * @param events in any order; a series has no two rows of the same time
     * @return to be closed, which frees the tables it keeps
     * @throws IllegalArgumentException if a column is missing or of a wrong type, or the table is too short for the origins
     */
    public BacktestResult run(Dataset<Row> events) {
        SeriesColumns columns = columns();
        EventTimes times = EventTimes.of(EventTable.requireColumns(events, columns), columns.timeCol());
        Dataset<Row> table = EventTable.of(events, columns, times).persist(StorageLevel.MEMORY_AND_DISK());
        List<Dataset<Row>> kept = new ArrayList<>();
        try {
            long[] cuts = origins.find(table, times, horizon);
            long end = trainingEnd == null ? cuts[0] : times.parse(trainingEnd);
            if (end > cuts[0]) {
                throw new IllegalArgumentException(
                        "training until " + times.text(end) + " goes beyond the first origin, " + times.text(cuts[0])
                                + "; the models would know the future");
            }
            Dataset<Row> actuals =
                    Actuals.of(table, columns, cuts, horizon, end, season).persist(StorageLevel.MEMORY_AND_DISK());
            kept.add(actuals);
            LOG.info(
                    "backtest of {} with {} origins, {} to {}, horizon {}, {}",
                    columns.channels(),
                    cuts.length,
                    times.text(cuts[0]),
                    times.text(cuts[cuts.length - 1]),
                    horizon,
                    refits ? "fitted at each origin" : "fitted once at " + times.text(end));
            Dataset<Row> all = null;
            for (Map.Entry<String, Forecaster> entry : forecasters().entrySet()) {
                Dataset<Row> forecasts =
                        forecasts(entry.getKey(), entry.getValue(), table, columns, cuts, end, times, kept);
                Dataset<Row> joined = joined(entry.getKey(), actuals, forecasts);
                all = all == null ? joined : all.unionByName(joined, true);
            }
            BacktestResult result = BacktestResult.of(
                    Objects.requireNonNull(all),
                    table,
                    columns,
                    times,
                    horizon,
                    forecasters().keySet());
            kept.forEach(Dataset::unpersist);
            return result;
        } catch (Throwable failure) {
            kept.forEach(Dataset::unpersist);
            table.unpersist();
            throw failure;
        }
    }

    private Dataset<Row> forecasts(
            String name,
            Forecaster forecaster,
            Dataset<Row> table,
            SeriesColumns columns,
            long[] cuts,
            long end,
            EventTimes times,
            List<Dataset<Row>> kept) {
        if (!refits || forecaster.refitsByItself()) {
            return materialised(
                    name, forecaster, task(table, columns, cuts, end), "all " + cuts.length + " origins", kept);
        }
        Dataset<Row> all = null;
        for (int i = 0; i < cuts.length; i++) {
            String at = String.format(Locale.ROOT, "origin %d of %d, %s", i + 1, cuts.length, times.text(cuts[i]));
            Dataset<Row> some =
                    materialised(name, forecaster, task(table, columns, new long[] {cuts[i]}, cuts[i]), at, kept);
            all = all == null ? some : all.unionByName(some, true);
        }
        return Objects.requireNonNull(all);
    }

    private static Dataset<Row> materialised(
            String name, Forecaster forecaster, ForecastTask task, String at, List<Dataset<Row>> kept) {
        long start = System.nanoTime();
        Dataset<Row> forecasts = forecaster.forecast(task).persist(StorageLevel.MEMORY_AND_DISK());
        kept.add(forecasts);
        long count = forecasts.count();
        LOG.info(
                "backtest: {}: {}: {} forecasts in {} s",
                name,
                at,
                count,
                String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
        return forecasts;
    }

    private ForecastTask task(Dataset<Row> table, SeriesColumns columns, long[] cuts, long end) {
        Column time = functions.col(EventTable.TIME);
        Dataset<Row> training = table.where(time.leq(end));
        if (window < Integer.MAX_VALUE) {
            String place = "__place";
            training = training.withColumn(
                            place,
                            functions
                                    .row_number()
                                    .over(Window.partitionBy(EventTable.ENTITY).orderBy(time.desc())))
                    .where(functions.col(place).leq(window))
                    .drop(place)
                    .sortWithinPartitions(functions.col(EventTable.ENTITY), time);
        }
        return new ForecastTask(
                training,
                table.where(time.leq(cuts[cuts.length - 1])),
                Arrays.stream(cuts).boxed().toList(),
                columns,
                horizon,
                end,
                window,
                refits);
    }

    /** Every actual, with the model's forecast where there is one. */
    private static Dataset<Row> joined(String name, Dataset<Row> actuals, Dataset<Row> forecasts) {
        String[] keys = {ForecastColumns.ENTITY, ForecastColumns.ORIGIN, ForecastColumns.STEP, ForecastColumns.TARGET};
        return actuals.join(forecasts, keys, "left").withColumn(ForecastColumns.MODEL, functions.lit(name));
    }
}
