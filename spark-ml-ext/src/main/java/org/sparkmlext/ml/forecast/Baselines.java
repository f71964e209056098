package org.sparkmlext.ml.forecast;

import java.util.List;

/** What the simple forecasts are called in tables. */
public final class Baselines {

    /** The last value. */
    public static final String NAIVE = "naive";
    /** The value one season ago. */
    public static final String SEASONAL_NAIVE = "seasonal-naive";
    /** The line from the first to the last value. */
    public static final String DRIFT = "drift";
    /** Exponential smoothing with a trend. */
    public static final String HOLT = "holt";
    /** Exponential smoothing with a trend and an additive season. */
    public static final String HOLT_WINTERS = "holt-winters";
    /** Ridge regression on lags. */
    public static final String RIDGE = "ridge";

    static final List<String> NAMES = List.of(NAIVE, SEASONAL_NAIVE, DRIFT, HOLT, HOLT_WINTERS, RIDGE);

    private Baselines() {}
}
