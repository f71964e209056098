package org.sparkmlext.ml.forecast;

import java.io.Serializable;

/** A forecast of a series from its own past alone; computed where the series lies. */
interface SeriesForecaster extends Serializable {

    /**
     * Learns from a series.
     *
     * @param training finite values, oldest first; may be empty
     */
    Model fit(double[] training);

    /** How many of the last values a forecast needs to know. */
    default int memory() {
        return Integer.MAX_VALUE;
    }

    /** What was learnt of one series. */
    interface Model {
        /**
         * Forecasts the values that follow.
         *
         * @param history finite values, oldest first, at least one; it may go on where the training part ended
         * @return {@code horizon} numbers; NaN where there is no forecast, as the history is too short
         */
        double[] forecast(double[] history, int horizon);
    }
}
