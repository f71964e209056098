package org.sparkmlext.ml.forecast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlext.data.SeriesColumns;

/** What a {@link Backtest} measured. Keeps its tables in Spark's storage until it is closed. */
public final class BacktestResult implements AutoCloseable {

    private final Dataset<Row> forecasts;
    private final ForecastMetrics metrics;
    private final Dataset<Row> events;
    private final SeriesColumns columns;
    private final EventTimes times;
    private final int horizon;
    private final List<String> models;

    private BacktestResult(
            Dataset<Row> forecasts,
            ForecastMetrics metrics,
            Dataset<Row> events,
            SeriesColumns columns,
            EventTimes times,
            int horizon,
            List<String> models) {
        this.forecasts = forecasts;
        this.metrics = metrics;
        this.events = events;
        this.columns = columns;
        this.times = times;
        this.horizon = horizon;
        this.models = models;
    }

    /**
     * Measures forecasts.
     *
     * @param points actuals and forecasts of all models, times as numbers
     * @param events the events laid out, persisted; the result owns them from now on
     * @param models names in the order of tables
     */
    static BacktestResult of(
            Dataset<Row> points,
            Dataset<Row> events,
            SeriesColumns columns,
            EventTimes times,
            int horizon,
            Collection<String> models) {
        List<Column> wanted = new ArrayList<>();
        wanted.add(functions.col(ForecastColumns.MODEL));
        wanted.add(functions.col(ForecastColumns.ENTITY));
        wanted.add(times.fromNumber(functions.col(ForecastColumns.ORIGIN)).as(ForecastColumns.ORIGIN));
        wanted.add(functions.col(ForecastColumns.STEP));
        wanted.add(times.fromNumber(functions.col(ForecastColumns.TIME)).as(ForecastColumns.TIME));
        wanted.add(functions.col(ForecastColumns.TARGET));
        wanted.add(functions.col(ForecastColumns.ACTUAL));
        wanted.add(functions.col(ForecastColumns.FORECAST).cast("double").as(ForecastColumns.FORECAST));
        Arrays.stream(ForecastColumns.levels(points.schema()))
                .mapToObj(ForecastColumns::quantile)
                .map(name -> functions.col(name).cast("double").as(name))
                .forEach(wanted::add);
        wanted.add(functions.col(ForecastColumns.SCALE));
        Dataset<Row> forecasts = points.select(wanted.toArray(Column[]::new)).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            return new BacktestResult(
                    forecasts, ForecastMetrics.of(forecasts), events, columns, times, horizon, List.copyOf(models));
        } catch (Throwable failure) {
            forecasts.unpersist();
            throw failure;
        }
    }

    /**
     * All forecasts beside what came: the columns of {@link ForecastColumns}, {@code origin} and {@code time} of the events' own type of
     * time, quantile columns where a model has some.
     */
    public Dataset<Row> forecasts() {
        return forecasts;
    }

    /** The figures. */
    public ForecastMetrics metrics() {
        return metrics;
    }

    /** Names of the models and baselines, in the order of {@link #describe}. */
    public List<String> models() {
        return models;
    }

    /** The figures over all, a line a model, for people. */
    public String describe() {
        return BacktestText.table(models, metrics);
    }

    /** The figures over all, by step and by target, as JSON. */
    public String toJson() {
        return BacktestText.json(models, metrics, columns, horizon);
    }

    /**
     * The last forecast of the first target of the series that comes first by name, as a picture.
     *
     * @return an SVG document
     */
    public String picture() {
        String target = columns.channels().get(0);
        Row latest = forecasts
                .where(functions.col(ForecastColumns.TARGET).equalTo(target))
                .orderBy(functions.col(ForecastColumns.ENTITY), functions.desc(ForecastColumns.ORIGIN))
                .select(functions.col(ForecastColumns.ENTITY), times.toNumber(functions.col(ForecastColumns.ORIGIN)))
                .first();
        return pictures()
                .picture(latest.getString(0), target, latest.getLong(1))
                .svg();
    }

    /**
     * A forecast as a picture: history, what came, the forecasts of all models, the interval of the first one that has quantiles.
     *
     * @param entity which series; empty where there is one
     * @param origin one of the origins; a text as in {@link Origins#at}
     * @return an SVG document; the same figures give the same text
     * @throws IllegalArgumentException if there is no such forecast
     */
    public String picture(String entity, String target, String origin) {
        return pictures().picture(entity, target, times.parse(origin)).svg();
    }

    private PictureReader pictures() {
        return new PictureReader(events, forecasts, times, horizon, models);
    }

    @Override
    public void close() {
        forecasts.unpersist();
        events.unpersist();
    }
}
