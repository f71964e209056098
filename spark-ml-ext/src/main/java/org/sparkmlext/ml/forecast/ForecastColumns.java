package org.sparkmlext.ml.forecast;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a long table of forecasts: one row a series, origin, step and target.
 *
 * <p>A forecast at level 0.1 (of which a tenth of all actuals should lie below) is in column {@code p10}, at 0.025 in {@code p2_5}.
 */
public final class ForecastColumns {

    /** Text: what was forecast with; may be missing where there is one model only. */
    public static final String MODEL = "model";
    /** Text: which series; empty where there is one only. */
    public static final String ENTITY = "entity";
    /** Time of the last row that the forecaster might know. */
    public static final String ORIGIN = "origin";
    /** Int from 1: how many rows of the series after the origin. */
    public static final String STEP = "step";
    /** Text: name of the column that is forecast. */
    public static final String TARGET = "target";
    /** Time of the row that is forecast. */
    public static final String TIME = "time";
    /** Double: what came; null where nobody knows. */
    public static final String ACTUAL = "actual";
    /** Double: the point forecast; null where there is none. */
    public static final String FORECAST = "forecast";
    /** Double: what errors are divided by for MASE; may be missing. */
    public static final String SCALE = "scale";

    private static final Pattern QUANTILE = Pattern.compile("p([1-9]\\d?|0)(?:_(\\d*[1-9]))?");

    private ForecastColumns() {}

    /**
     * The column of a quantile level.
     *
     * @throws IllegalArgumentException if the level does not lie between 0 and 1
     */
    public static String quantile(double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("a quantile level lies between 0 and 1, got " + level);
        }
        return "p"
                + BigDecimal.valueOf(level)
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()
                        .replace('.', '_');
    }

    /** The quantile levels that a table has columns for, lowest first. */
    public static double[] levels(StructType schema) {
        return Arrays.stream(schema.fieldNames())
                .map(QUANTILE::matcher)
                .filter(Matcher::matches)
                .mapToDouble(name -> new BigDecimal(name.group(1) + (name.group(2) == null ? "" : "." + name.group(2)))
                        .movePointLeft(2)
                        .doubleValue())
                .filter(level -> level > 0)
                .sorted()
                .toArray();
    }
}
