package org.sparkmlext.ml.forecast;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** A {@link SeriesForecaster} on every target of every series, where they lie: one pass for all origins. */
record LocalForecaster(SeriesForecaster forecaster) implements Forecaster {

    /** Of what a forecaster gives back. */
    static final StructType SCHEMA = new StructType()
            .add(ForecastColumns.ENTITY, DataTypes.StringType)
            .add(ForecastColumns.ORIGIN, DataTypes.LongType)
            .add(ForecastColumns.STEP, DataTypes.IntegerType)
            .add(ForecastColumns.TARGET, DataTypes.StringType)
            .add(ForecastColumns.FORECAST, DataTypes.DoubleType);

    @Override
    public boolean refitsByItself() {
        return true;
    }

    @Override
    public Dataset<Row> forecast(ForecastTask task) {
        Pass pass = new Pass(
                forecaster,
                task.columns().channels(),
                task.origins().stream().mapToLong(Long::longValue).toArray(),
                task.horizon(),
                task.trainingEnd(),
                task.window(),
                task.refits());
        return task.history()
                .sparkSession()
                .createDataFrame(
                        EventTable.series(task.history(), task.columns()).flatMap(pass::rows), SCHEMA);
    }

    /** What goes to the executors. */
    private record Pass(
            SeriesForecaster forecaster,
            List<String> targets,
            long[] origins,
            int horizon,
            long trainingEnd,
            int window,
            boolean refits)
            implements Serializable {

        private Iterator<Row> rows(Series series) {
            List<Row> rows = new ArrayList<>();
            for (int k = 0; k < targets.size(); k++) {
                add(series, k, rows);
            }
            return rows.iterator();
        }

        private void add(Series series, int target, List<Row> rows) {
            Series.Past past = series.past(target);
            int memory = Math.min(window, forecaster.memory());
            SeriesForecaster.@Nullable Model once =
                    refits ? null : forecaster.fit(past.upTo(series.lastAt(trainingEnd), window));
            for (long origin : origins) {
                int place = series.lastAt(origin);
                double[] history = past.upTo(place, memory);
                if (history.length == 0) {
                    continue;
                }
                SeriesForecaster.Model model = once != null ? once : forecaster.fit(past.upTo(place, window));
                double[] forecast = model.forecast(history, horizon);
                for (int h = 0; h < horizon; h++) {
                    rows.add(RowFactory.create(
                            series.entity(),
                            origin,
                            h + 1,
                            targets.get(target),
                            Double.isFinite(forecast[h]) ? forecast[h] : null));
                }
            }
        }
    }
}
