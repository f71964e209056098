package org.sparkmlext.ml.forecast;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Anything that forecasts; what {@link Backtest} measures. */
@FunctionalInterface
public interface Forecaster {

    /**
     * Learns from the training rows and forecasts after each origin.
     *
     * <p>A forecast must follow from {@link ForecastTask#training} and the history up to its own origin. Where models are fitted at each
     * origin the task holds no later row; where they are fitted once, the history goes on to the last origin, and rows after a forecast's
     * own origin must not be used for it.
     *
     * @return a row a series, origin, step and target with columns {@code entity} (text as in {@link ForecastTask#ENTITY}),
     *     {@code origin} (long, one of {@link ForecastTask#origins}), {@code step} (int from 1), {@code target} (text),
     *     {@code forecast} (double) and, where quantiles are forecast, those that {@link ForecastColumns#quantile} names. Rows may be
     *     missing; they are counted as such
     */
    Dataset<Row> forecast(ForecastTask task);

    /**
     * Whether a task of many origins is taken even where models are to be fitted again at each: the forecaster then does that by itself,
     * as {@link ForecastTask#refits} tells it.
     */
    default boolean refitsByItself() {
        return false;
    }
}
