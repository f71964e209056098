/**
 * Forecasts measured: rolling-origin evaluation ({@link org.sparkmlext.ml.forecast.Backtest}), its metrics, and the simple forecasts
 * that every model has to beat.
 */
@NullMarked
package org.sparkmlext.ml.forecast;

import org.jspecify.annotations.NullMarked;
