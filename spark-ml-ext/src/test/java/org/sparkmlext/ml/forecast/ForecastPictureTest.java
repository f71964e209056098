package org.sparkmlext.ml.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.TimeKind;

class ForecastPictureTest {

    private static final EventTimes MOMENTS = new EventTimes(TimeKind.TIMESTAMP, ZoneOffset.UTC);
    private static final long HOUR = 3_600_000_000L;
    private static final int KNOWN = 96;
    private static final int HORIZON = 24;

    private static double load(int hour) {
        return 40 + 12 * Math.sin(2 * Math.PI * (hour - 8) / 24) + 2 * Math.sin(hour * 1.7);
    }

    private static ForecastPicture.Line line(String name, int from, int to, double shift) {
        long start = MOMENTS.parse("2018-02-18");
        long[] at = new long[to - from];
        double[] values = new double[to - from];
        for (int i = from; i < to; i++) {
            at[i - from] = start + i * HOUR;
            values[i - from] = load(i) + shift * (i - from) / 10;
        }
        return new ForecastPicture.Line(name, at, values);
    }

    private static ForecastPicture picture(EventTimes times) {
        ForecastPicture.Line model = line("lstm", KNOWN, KNOWN + HORIZON, 0.8);
        double[] low = Arrays.stream(model.values()).map(v -> v - 4).toArray();
        double[] high = Arrays.stream(model.values()).map(v -> v + 4).toArray();
        return new ForecastPicture(
                "station-7: load & more, forecast from 2018-02-21T23:00:00Z",
                times,
                line("", KNOWN - 1, KNOWN, 0).at()[0],
                line("actual", 0, KNOWN + HORIZON, 0),
                List.of(
                        model,
                        line("naive", KNOWN, KNOWN + HORIZON, -3),
                        line("seasonal-naive", KNOWN, KNOWN + HORIZON, 1.5)),
                new ForecastPicture.Band(0, "10 to 90 %", model.at(), low, high));
    }

    private static double[][] points(String svg, String element, int place) {
        Matcher found = Pattern.compile("<" + element + " points=\"([^\"]+)\"").matcher(svg);
        for (int i = 0; i <= place; i++) {
            assertThat(found.find()).isTrue();
        }
        return Arrays.stream(found.group(1).split(" "))
                .map(point -> Arrays.stream(point.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new);
    }

    @Test
    void everyPointLiesWhereItsTimeAndValueAre() throws IOException {
        String svg = picture(MOMENTS).svg();
        Files.writeString(Path.of("target", "forecast-picture.svg"), svg);
        double[][] actual = points(svg, "polyline", 0);
        assertThat(actual.length).isEqualTo(KNOWN + HORIZON);
        assertThat(actual[0][0]).isEqualTo(70);
        assertThat(actual[KNOWN + HORIZON - 1][0]).isEqualTo(710);
        assertThat(actual[60][0]).isCloseTo(70 + 640 * 60.0 / (KNOWN + HORIZON - 1), within(0.06));
        // Two grid lines and their texts give the scale.
        Matcher ticks = Pattern.compile("text-anchor=\"end\">(-?\\d+)</text>").matcher(svg);
        assertThat(ticks.find()).isTrue();
        double low = Double.parseDouble(ticks.group(1));
        double high = low;
        while (ticks.find()) {
            high = Double.parseDouble(ticks.group(1));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i][1]).isCloseTo(340 - 300 * (load(i) - low) / (high - low), within(0.06));
        }
        double[][] band = points(svg, "polygon", 0);
        assertThat(band.length).isEqualTo(2 * HORIZON);
        assertThat(band[0][0]).isEqualTo(band[2 * HORIZON - 1][0]);
        assertThat(band[2 * HORIZON - 1][1] - band[0][1]).isCloseTo(300 * 8 / (high - low), within(0.11));
        assertThat(svg)
                .contains("station-7: load &amp; more", ">lstm</text>", ">seasonal-naive</text>", ">10 to 90 %</text>")
                .contains(">19 Feb</text>", ">2018</text>", ">origin</text>")
                .doesNotContain("NaN");
    }

    @Test
    void wholeNumbersHaveRoundTicks() {
        long[] at = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        double[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        String svg = new ForecastPicture(
                        "y",
                        new EventTimes(TimeKind.NUMBER, ZoneOffset.UTC),
                        10,
                        new ForecastPicture.Line("actual", at, values),
                        List.of(),
                        null)
                .svg();
        assertThat(svg).contains("text-anchor=\"middle\">4</text>", "text-anchor=\"middle\">12</text>");
    }

    @Test
    void withoutAValueThereIsATitleOnly() {
        ForecastPicture.Line none = new ForecastPicture.Line("actual", new long[] {1}, new double[] {Double.NaN});
        assertThat(new ForecastPicture(
                                "nothing",
                                new EventTimes(TimeKind.NUMBER, ZoneOffset.UTC),
                                1,
                                none,
                                List.of(none),
                                null)
                        .svg())
                .contains("nothing")
                .doesNotContain("polyline");
    }
}
