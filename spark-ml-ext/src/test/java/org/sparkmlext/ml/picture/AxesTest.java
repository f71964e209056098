package org.sparkmlext.ml.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxesTest {

    private static long micros(String time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time));
    }

    private static List<String> ticks(String from, String to) {
        return TimeAxis.ticks(micros(from), micros(to), ZoneOffset.UTC).stream()
                .map(tick -> tick.text() + (tick.context().isEmpty() ? "" : "/" + tick.context()))
                .toList();
    }

    @Test
    void timesHaveTicksAtWholeUnits() {
        assertThat(ticks("2018-02-20T17:30:00Z", "2018-02-22T01:00:00Z"))
                .containsExactly(
                        "18:00/20 Feb 2018", "00:00/21 Feb 2018", "06:00", "12:00", "18:00", "00:00/22 Feb 2018");
        assertThat(ticks("2018-12-25T00:00:00Z", "2019-01-20T00:00:00Z"))
                .containsExactly("31 Dec/2018", "7 Jan/2019", "14 Jan");
        assertThat(ticks("2018-11-03T00:00:00Z", "2019-03-20T00:00:00Z"))
                .containsExactly("Dec/2018", "Jan/2019", "Feb", "Mar");
        assertThat(ticks("1949-06-01T00:00:00Z", "1960-12-01T00:00:00Z"))
                .containsExactly("1950", "1952", "1954", "1956", "1958", "1960");
        assertThat(ticks("2020-01-01T10:00:07Z", "2020-01-01T10:00:31Z"))
                .containsExactly("10:00:10/1 Jan 2020", "10:00:15", "10:00:20", "10:00:25", "10:00:30");
        assertThat(ticks("1969-12-31T23:00:00Z", "1970-01-01T02:00:00Z"))
                .startsWith("23:00/31 Dec 1969")
                .contains("00:00/1 Jan 1970");
    }

    @Test
    void ticksAreRoundInTheZonesOwnTime() {
        assertThat(TimeAxis.ticks(
                        micros("2018-03-24T20:00:00Z"), micros("2018-03-25T22:00:00Z"), ZoneId.of("Europe/Berlin")))
                .extracting(TimeAxis.Tick::text)
                .containsExactly("00:00", "06:00", "12:00", "18:00", "00:00");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "59", "3600", "86399", "400000", "3000000", "40000000", "700000000", "60000000000"})
    void noSpanHasMoreThanSevenTicksOrOneOutside(long seconds) {
        long from = micros("2021-03-14T01:59:26Z");
        List<TimeAxis.Tick> ticks = TimeAxis.ticks(from, from + seconds * 1_000_000, ZoneOffset.UTC);
        assertThat(ticks).hasSizeLessThanOrEqualTo(8);
        assertThat(ticks).allSatisfy(tick -> assertThat(tick.micros()).isBetween(from, from + seconds * 1_000_000));
        if (seconds >= 59) {
            assertThat(ticks).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void valuesHaveRoundTicksAroundThem() {
        ValueAxis axis = ValueAxis.around(-1.3, 2.1);
        assertThat(axis.low()).isEqualTo(-2);
        assertThat(axis.step()).isEqualTo(1);
        assertThat(axis.ticks()).isEqualTo(5);
        assertThat(axis.share(-2)).isZero();
        assertThat(axis.share(3)).isEqualTo(1);
        assertThat(axis.share(0.5)).isCloseTo(0.5, within(1e-12));
        assertThat(ValueAxis.around(5, 5).share(5)).isBetween(0.0, 1.0);
        assertThat(ValueAxis.around(0.00121, 0.0014).text(1)).isEqualTo("0.00125");
    }

    @Test
    void drawingsBreakLinesAndEscapeText() {
        SvgDrawing drawing = new SvgDrawing(100, 50);
        drawing.line(new double[] {0, 1, 2, 3}, new double[] {5, Double.NaN, 6, 7}, "red", 1.5, true);
        drawing.band(new double[] {1, 2}, new double[] {3, 4}, new double[] {5, 6}, "blue");
        drawing.text(1, 2, SvgDrawing.Anchor.MIDDLE, "a < b & c");
        assertThat(drawing.document())
                .contains("points=\"0.0,5.0\"", "points=\"2.0,6.0 3.0,7.0\"", "stroke-width=\"1.5\" stroke-dasharray")
                .contains("points=\"1.0,5.0 2.0,6.0 2.0,4.0 1.0,3.0\"")
                .contains("text-anchor=\"middle\">a &lt; b &amp; c</text>")
                .endsWith("</svg>\n");
    }
}
