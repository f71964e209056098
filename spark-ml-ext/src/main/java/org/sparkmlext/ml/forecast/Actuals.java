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
import org.sparkmlext.data.SeriesColumns;

/** What came after each origin, for every series and target: as many rows of the series as it has, up to the horizon. */
final class Actuals {

    /** Columns {@code entity}, {@code origin}, {@code step}, {@code target}, {@code time} (numbers), {@code actual}, {@code scale}. */
    static final StructType SCHEMA = new StructType()
            .add(ForecastColumns.ENTITY, DataTypes.StringType)
            .add(ForecastColumns.ORIGIN, DataTypes.LongType)
            .add(ForecastColumns.STEP, DataTypes.IntegerType)
            .add(ForecastColumns.TARGET, DataTypes.StringType)
            .add(ForecastColumns.TIME, DataTypes.LongType)
            .add(ForecastColumns.ACTUAL, DataTypes.DoubleType)
            .add(ForecastColumns.SCALE, DataTypes.DoubleType);

    private Actuals() {}

    /**
     * @param table as {@link EventTable#of} lays it out
     * @param trainingEnd up to where the series' own scale is measured
     * @param season of the seasonal naive forecast whose error is the scale
     */
    static Dataset<Row> of(
            Dataset<Row> table, SeriesColumns columns, long[] origins, int horizon, long trainingEnd, int season) {
        Pass pass = new Pass(columns.channels(), origins, horizon, trainingEnd, season);
        return table.sparkSession()
                .createDataFrame(EventTable.series(table, columns).flatMap(pass::rows), SCHEMA);
    }

    private record Pass(List<String> targets, long[] origins, int horizon, long trainingEnd, int season)
            implements Serializable {

        private Iterator<Row> rows(Series series) {
            List<Row> rows = new ArrayList<>();
            for (int k = 0; k < targets.size(); k++) {
                double scale = SimpleForecasts.seasonalError(
                        series.past(k).upTo(series.lastAt(trainingEnd), Integer.MAX_VALUE), season);
                for (long origin : origins) {
                    int last = series.lastAt(origin);
                    int steps = last < 0 ? 0 : Math.min(horizon, series.times().length - 1 - last);
                    for (int h = 1; h <= steps; h++) {
                        double actual = series.values()[k][last + h];
                        rows.add(RowFactory.create(
                                series.entity(),
                                origin,
                                h,
                                targets.get(k),
                                series.times()[last + h],
                                Double.isNaN(actual) ? null : actual,
                                Double.isNaN(scale) ? null : scale));
                    }
                }
            }
            return rows.iterator();
        }
    }
}
