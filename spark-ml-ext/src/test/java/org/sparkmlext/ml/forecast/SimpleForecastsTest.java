package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimpleForecastsTest {

    private static final double[] SERIES = {3, 1, 4, 1, 5, 9, 2, 6};

    private static double[] forecast(SeriesForecaster forecaster, int horizon, double... series) {
        return forecaster.fit(series).forecast(series, horizon);
    }

    @Test
    void naiveRepeatsTheLastValueOrTheLastSeason() {
        assertThat(forecast(SimpleForecasts.naive(), 3, SERIES)).containsExactly(6, 6, 6);
        assertThat(forecast(SimpleForecasts.seasonalNaive(3), 7, SERIES)).containsExactly(9, 2, 6, 9, 2, 6, 9);
        assertThat(forecast(SimpleForecasts.seasonalNaive(3), 4, 5, 7)).containsExactly(Double.NaN, 5, 7, Double.NaN);
    }

    @Test
    void driftGoesOnFromTheFirstToTheLastValue() {
        assertThat(forecast(SimpleForecasts.drift(), 3, 2, 9, 1, 8)).containsExactly(10, 12, 14);
        assertThat(forecast(SimpleForecasts.drift(), 1, 2)).containsExactly(Double.NaN);
    }

    @Test
    void theScaleOfMaseIsTheSeasonalNaiveErrorInTraining() {
        assertThat(SimpleForecasts.seasonalError(SERIES, 1)).isEqualTo((2 + 3 + 3 + 4 + 4 + 7 + 4) / 7.0);
        assertThat(SimpleForecasts.seasonalError(SERIES, 3)).isEqualTo((2 + 4 + 5 + 1 + 1) / 5.0);
        assertThat(SimpleForecasts.seasonalError(SERIES, 8)).isNaN();
    }
}
