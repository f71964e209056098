package org.sparkmlext.ml.forecast;

import java.io.Serializable;

/**
 * Windows of a series for regression on its lags: the last value subtracted, divided by the series' spread, so that one regression holds
 * for series of different levels and units.
 *
 * @param lags values of a window
 * @param horizon values that follow it
 */
record LagWindows(int lags, int horizon) implements Serializable {

    /** Standard deviation of the training part; 1 where that is 0 or unknown. */
    static double spread(double[] training) {
        double mean = 0;
        for (double value : training) {
            mean += value / training.length;
        }
        double squares = 0;
        for (double value : training) {
            squares += (value - mean) * (value - mean);
        }
        double spread = Math.sqrt(squares / training.length);
        return spread > 0 && spread < Double.POSITIVE_INFINITY ? spread : 1;
    }

    /** How many whole windows, with what follows them, a series has. */
    int count(int length) {
        return Math.max(0, length - lags - horizon + 1);
    }

    /** Writes the window that starts at a place, oldest value first. */
    void copyLags(double[] series, int start, double spread, double[] to) {
        double last = series[start + lags - 1];
        for (int i = 0; i < lags; i++) {
            to[i] = (series[start + i] - last) / spread;
        }
    }

    /** Writes what follows the window that starts at a place. */
    void copyNext(double[] series, int start, double spread, double[] to) {
        double last = series[start + lags - 1];
        for (int h = 0; h < horizon; h++) {
            to[h] = (series[start + lags + h] - last) / spread;
        }
    }
}
