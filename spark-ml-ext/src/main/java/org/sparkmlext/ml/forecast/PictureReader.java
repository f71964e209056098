package org.sparkmlext.ml.forecast;

import static org.apache.spark.sql.functions.col;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what a picture of one series, target and origin shows: some rows before the origin, and the forecasts.
 *
 * @param events as {@link EventTable#of} lays them out
 * @param forecasts the long table of a result
 * @param models names in the order of lines
 */
record PictureReader(Dataset<Row> events, Dataset<Row> forecasts, EventTimes times, int horizon, List<String> models) {

    /** History shown, in horizons. */
    private static final int HORIZONS_BEFORE = 4;

    private static final int LEAST_BEFORE = 20;

    private record Point(long at, double value) {}

    /**
     * @param origin as a number
     * @throws IllegalArgumentException if there is no such forecast
     */
    ForecastPicture picture(String entity, String target, long origin) {
        double[] levels = ForecastColumns.levels(forecasts.schema());
        List<Row> rows = forecasts
                .where(col(ForecastColumns.ENTITY)
                        .equalTo(entity)
                        .and(col(ForecastColumns.TARGET).equalTo(target))
                        .and(times.toNumber(col(ForecastColumns.ORIGIN)).equalTo(origin)))
                .orderBy(col(ForecastColumns.STEP))
                .select(columns(levels))
                .collectAsList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("there is no forecast of '" + target + "'"
                    + (entity.isEmpty() ? "" : " of entity '" + entity + "'") + " from " + times.text(origin)
                    + "; forecasts() shows which there are");
        }
        List<Point> known = history(entity, target, origin);
        Point last = known.get(known.size() - 1);
        List<ForecastPicture.Line> lines = new ArrayList<>();
        ForecastPicture.@Nullable Band band = null;
        for (String model : models) {
            List<Row> own =
                    rows.stream().filter(row -> row.getString(0).equals(model)).toList();
            if (lines.isEmpty()) {
                own.forEach(row -> known.add(new Point(row.getLong(1), value(row, 2))));
            }
            if (band == null && levels.length > 1) {
                band = band(lines.size(), own, last, levels);
            }
            lines.add(line(model, own, last, 3));
        }
        return new ForecastPicture(
                (entity.isEmpty() ? "" : entity + ": ") + target + ", forecast from " + times.text(origin),
                times,
                origin,
                new ForecastPicture.Line(
                        "actual",
                        known.stream().mapToLong(Point::at).toArray(),
                        known.stream().mapToDouble(Point::value).toArray()),
                lines,
                band);
    }

    private Column[] columns(double[] levels) {
        Column[] columns = new Column[4 + levels.length];
        columns[0] = col(ForecastColumns.MODEL);
        columns[1] = times.toNumber(col(ForecastColumns.TIME));
        columns[2] = col(ForecastColumns.ACTUAL);
        columns[3] = col(ForecastColumns.FORECAST);
        for (int i = 0; i < levels.length; i++) {
            columns[4 + i] = col(ForecastColumns.quantile(levels[i]));
        }
        return columns;
    }

    private List<Point> history(String entity, String target, long origin) {
        List<Point> points = new ArrayList<>();
        events.where(col(EventTable.ENTITY)
                        .equalTo(entity)
                        .and(col(EventTable.TIME).leq(origin)))
                .orderBy(col(EventTable.TIME).desc())
                .limit(Math.max(LEAST_BEFORE, HORIZONS_BEFORE * horizon))
                .select(col(EventTable.TIME), EventTable.column(target).cast("double"))
                .collectAsList()
                .forEach(row -> points.add(new Point(row.getLong(0), value(row, 1))));
        Collections.reverse(points);
        return points;
    }

    private static double value(Row row, int at) {
        return row.isNullAt(at) ? Double.NaN : row.getDouble(at);
    }

    /** A line that sets out from the last known point. */
    private static ForecastPicture.Line line(String name, List<Row> rows, Point last, int column) {
        long[] at = new long[rows.size() + 1];
        double[] values = new double[rows.size() + 1];
        at[0] = last.at();
        values[0] = last.value();
        for (int i = 0; i < rows.size(); i++) {
            at[1 + i] = rows.get(i).getLong(1);
            values[1 + i] = value(rows.get(i), column);
        }
        return new ForecastPicture.Line(name, at, values);
    }

    /** The interval from the lowest to the highest level; null for a model without. */
    private static ForecastPicture.@Nullable Band band(int place, List<Row> rows, Point last, double[] levels) {
        int lowest = 4;
        int highest = 3 + levels.length;
        if (rows.stream().allMatch(row -> row.isNullAt(lowest) || row.isNullAt(highest))) {
            return null;
        }
        ForecastPicture.Line low = line("", rows, last, lowest);
        ForecastPicture.Line high = line("", rows, last, highest);
        String name = percent(levels[0]) + " to " + percent(levels[levels.length - 1]) + " %";
        return new ForecastPicture.Band(place, name, low.at(), low.values(), high.values());
    }

    private static String percent(double level) {
        return BigDecimal.valueOf(level).movePointRight(2).stripTrailingZeros().toPlainString();
    }
}
