package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.data.SeriesRules.Duplicates;
import org.sparkmlext.data.SeriesRules.Gaps;
import org.sparkmlext.testing.LocalSpark;

class SeriesTableTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static final SeriesRules STRICT = rules(null, Gaps.ERROR, Duplicates.ERROR);

    private static SeriesRules rules(@Nullable Frequency frequency, Gaps gaps, Duplicates duplicates) {
        return new SeriesRules(frequency, gaps, duplicates, false);
    }

    private static SeriesRules every(String frequency, TimeKind kind, Gaps gaps) {
        return rules(Frequency.parse(frequency, kind), gaps, Duplicates.ERROR);
    }

    /** Events of columns e, t, x, y; each row says them. */
    private static Dataset<Row> events(DataType timeType, Object[]... rows) {
        StructType schema = new StructType()
                .add("e", DataTypes.StringType)
                .add("t", timeType)
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.IntegerType);
        List<Row> list = new ArrayList<>();
        for (Object[] row : rows) {
            list.add(RowFactory.create(row));
        }
        return LocalSpark.session().createDataFrame(list, schema);
    }

    private static Object[] event(@Nullable String e, @Nullable Object t, @Nullable Double x, int y) {
        return new Object[] {e, t, x, y};
    }

    /** Events whose times are texts with a type behind them. */
    private static Dataset<Row> timed(String type, String... times) {
        Object[][] rows = new Object[times.length][];
        for (int i = 0; i < times.length; i++) {
            rows[i] = event("a", times[i], (double) i, i);
        }
        return events(DataTypes.StringType, rows)
                .withColumn("t", org.apache.spark.sql.functions.expr("cast(t as " + type + ")"));
    }

    private static List<String> steps(Dataset<Row> events, SeriesRules rules) {
        return steps(events, rules, ZoneId.of("UTC"));
    }

    /** Every step as a line, in the order of entities. */
    private static List<String> steps(Dataset<Row> events, SeriesRules rules, ZoneId zone) {
        return steps(events, new SeriesColumns("e", "t", List.of("x", "y"), null), rules, zone);
    }

    private static List<String> steps(Dataset<Row> events, SeriesColumns columns, SeriesRules rules, ZoneId zone) {
        SeriesTable table = SeriesTable.of(events.schema(), columns, rules, zone);
        List<List<String>> partitions = table.sorted(events)
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitions(rows -> {
                    SeriesReader reader = table.read(rows);
                    List<String> lines = new ArrayList<>();
                    while (reader.next()) {
                        float[] values = new float[2];
                        reader.copyTo(values, 0);
                        lines.add((reader.isFirst() ? "> " : "") + reader.entity() + " "
                                + table.timeText(reader.time()) + " " + values[0] + " " + values[1]
                                + (reader.isFilled() ? " filled" : "") + (reader.isValidation() ? " validation" : ""));
                    }
                    return List.of(lines).iterator();
                })
                .collect();
        return partitions.stream()
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void unsortedEventsAreSortedWhateverTheirPartitions() {
        Object[][] rows = new Object[40][];
        for (int i = 0; i < 40; i++) {
            rows[i] = event(i % 2 == 0 ? "a" : "b", (long) i / 2, i * 0.5, i);
        }
        List<String> expected = steps(events(DataTypes.LongType, rows), STRICT);
        assertThat(expected).hasSize(40).contains("> a 0 0.0 0.0", "a 1 1.0 2.0", "> b 0 0.5 1.0");
        Random random = new Random(1);
        for (int partitions : new int[] {1, 3, 7}) {
            List<Object[]> shuffled = new ArrayList<>(List.of(rows));
            Collections.shuffle(shuffled, random);
            Dataset<Row> events = events(DataTypes.LongType, shuffled.toArray(Object[][]::new));
            assertThat(steps(events.repartition(partitions), STRICT)).isEqualTo(expected);
        }
    }

    @Test
    void withoutAnEntityTheTableIsOneSeries() {
        Dataset<Row> events =
                events(DataTypes.LongType, event("a", 3L, 3.0, 0), event("b", 1L, 1.0, 0), event(null, 2L, 2.0, 0));
        SeriesColumns columns = new SeriesColumns(null, "t", List.of("x", "y"), null);
        assertThat(steps(events.repartition(3), columns, STRICT, BERLIN))
                .containsExactly(">  1 1.0 0.0", " 2 2.0 0.0", " 3 3.0 0.0");
    }

    @Test
    void duplicatesAreAnErrorThatNamesEntityAndTime() {
        Dataset<Row> events = timed("timestamp", "2024-03-01 10:00:00+00:00", "2024-03-01 11:00:00+01:00");
        assertThatThrownBy(() -> steps(events, STRICT, BERLIN))
                .hasMessageContaining("more than one event of entity 'a' at 2024-03-01T11:00+01:00")
                .hasMessageContaining("set duplicates to last");
    }

    @Test
    void theLastOfDuplicatesIsThatOfTheLargestValues() {
        Dataset<Row> events = events(
                DataTypes.LongType,
                event("a", 1L, 5.0, 1),
                event("a", 1L, 7.0, 2),
                event("a", 1L, 7.0, 3),
                event("a", 1L, null, 9),
                event("a", 2L, 1.0, 1));
        SeriesRules rules = new SeriesRules(null, Gaps.ERROR, Duplicates.LAST, true);
        List<String> expected = List.of("> a 1 7.0 3.0", "a 2 1.0 1.0");
        assertThat(steps(events, rules)).isEqualTo(expected);
        assertThat(steps(events.repartition(4), rules)).isEqualTo(expected);
    }

    @Test
    void weightsComeAlongAndTellEqualEventsApart() {
        Dataset<Row> events = events(
                        DataTypes.LongType, event("a", 1L, 5.0, 1), event("a", 1L, 5.0, 1), event("a", 3L, 1.0, 1))
                .selectExpr("*", "if(monotonically_increasing_id() = 0, 2, 7) as w", "t > 1 as v");
        SeriesColumns columns = new SeriesColumns("e", "t", List.of("x", "y"), "v", "w");
        for (int partitions : new int[] {1, 4}) {
            SeriesTable table = SeriesTable.of(
                    events.schema(), columns, new SeriesRules(null, Gaps.ERROR, Duplicates.LAST, false), BERLIN);
            SeriesReader reader =
                    table.readRows(table.sorted(events.repartition(partitions)).toLocalIterator());
            assertThat(reader.next()).isTrue();
            assertThat(reader.weight()).isEqualTo(7);
            assertThat(reader.isValidation()).isFalse();
            assertThat(reader.value(0)).isEqualTo(5);
            assertThat(reader.next()).isTrue();
            assertThat(reader.time()).isEqualTo(3);
            assertThat(reader.isValidation()).isTrue();
        }
    }

    @Test
    void anHourThatClocksRepeatIsTwiceTheSameTimeWithoutAZone() {
        Dataset<Row> events = timed("timestamp_ntz", "2024-10-27 02:30:00", "2024-10-27 02:30:00");
        assertThatThrownBy(() -> steps(events, STRICT, BERLIN))
                .hasMessageContaining("more than one event of entity 'a' at 2024-10-27T02:30")
                .hasMessageContaining("clocks are set back");
    }

    @Test
    void aGapIsAnErrorThatNamesBothTimes() {
        Dataset<Row> events = timed("date", "2024-02-28", "2024-02-29", "2024-03-02");
        assertThatThrownBy(() -> steps(events, every("1 day", TimeKind.DATE, Gaps.ERROR)))
                .hasMessageContaining(
                        "events are missing: after 2024-02-29 comes 2024-03-02 of entity 'a', where frequency says 2024-03-01");
        assertThatThrownBy(() -> steps(events, every("2 days", TimeKind.DATE, Gaps.ERROR)))
                .hasMessageContaining("more often than frequency says");
    }

    @Test
    void aGapSplitsTheSeriesOrIsFilled() {
        Dataset<Row> events = timed("date", "2024-02-28", "2024-02-29", "2024-03-03");
        assertThat(steps(events, every("1 day", TimeKind.DATE, Gaps.SPLIT)))
                .containsExactly("> a 2024-02-28 0.0 0.0", "a 2024-02-29 1.0 1.0", "> a 2024-03-03 2.0 2.0");
        assertThat(steps(events, every("1 day", TimeKind.DATE, Gaps.FILL)))
                .containsExactly(
                        "> a 2024-02-28 0.0 0.0",
                        "a 2024-02-29 1.0 1.0",
                        "a 2024-03-01 1.0 1.0 filled",
                        "a 2024-03-02 1.0 1.0 filled",
                        "a 2024-03-03 2.0 2.0");
    }

    @Test
    void fillingRefusesTimesBetweenStepsAndTimesFarAway() {
        SeriesRules hourly = every("1 hour", TimeKind.TIMESTAMP, Gaps.FILL);
        assertThatThrownBy(() -> steps(timed("timestamp", "2024-01-01 00:00:00Z", "2024-01-01 01:30:00Z"), hourly))
                .hasMessageContaining("lies between two steps of frequency")
                .hasMessageContaining("2024-01-01T02:00Z");
        Dataset<Row> far = events(DataTypes.LongType, event("a", 1L, 1.0, 1), event("a", 5_000_000L, 1.0, 1));
        SeriesTable table = SeriesTable.of(
                far.schema(),
                new SeriesColumns("e", "t", List.of("x"), null),
                every("1", TimeKind.NUMBER, Gaps.FILL),
                BERLIN);
        assertThatThrownBy(() -> table.sorted(far)
                        .queryExecution()
                        .toRdd()
                        .toJavaRDD()
                        .mapPartitions(rows -> {
                            SeriesReader reader = table.read(rows);
                            long steps = 0;
                            while (reader.next()) {
                                steps++;
                            }
                            return List.of(steps).iterator();
                        })
                        .collect())
                .hasMessageContaining("more than 1000000 missing steps");
    }

    @Test
    void daysAndMonthsAreThoseOfTheCalendar() {
        // Clocks go forward on 31 March: that day has 23 hours.
        Dataset<Row> days = timed(
                "timestamp", "2024-03-30 12:00:00+01:00", "2024-03-31 12:00:00+02:00", "2024-04-01 12:00:00+02:00");
        assertThat(steps(days, every("1 day", TimeKind.TIMESTAMP, Gaps.ERROR), BERLIN))
                .hasSize(3);
        assertThatThrownBy(() -> steps(days, every("1 day", TimeKind.TIMESTAMP, Gaps.ERROR)))
                .hasMessageContaining("more often than frequency says")
                .hasMessageContaining("spark.sql.session.timeZone");
        Dataset<Row> months =
                timed("timestamp_ntz", "2024-01-31 00:00:00", "2024-02-29 00:00:00", "2024-03-31 00:00:00");
        assertThat(steps(months, every("1 month", TimeKind.TIMESTAMP_NTZ, Gaps.ERROR), BERLIN))
                .containsExactly(
                        "> a 2024-01-31T00:00 0.0 0.0", "a 2024-02-29T00:00 1.0 1.0", "a 2024-03-31T00:00 2.0 2.0");
    }

    @Test
    void momentsOfMixedZonesAreOrderedInUtcAndClocksWithoutAZoneAsTheyAre() {
        List<String> expected = List.of("> a 2024-10-27T00:30Z 1.0 1.0", "a 2024-10-27T01:15:00.000001Z 0.0 0.0");
        Dataset<Row> moments = timed("timestamp", "2024-10-27 02:15:00.000001+01:00", "2024-10-27 02:30:00+02:00");
        assertThat(steps(moments, STRICT)).isEqualTo(expected);
        // A time that the clocks of Berlin leave out.
        Dataset<Row> clock =
                timed("timestamp_ntz", "2024-03-31 03:00:00", "2024-03-31 02:30:00.5", "1969-12-31 23:59:59");
        assertThat(steps(clock, STRICT, BERLIN))
                .containsExactly(
                        "> a 1969-12-31T23:59:59 2.0 2.0",
                        "a 2024-03-31T02:30:00.500 1.0 1.0",
                        "a 2024-03-31T03:00 0.0 0.0");
    }

    @Test
    void valuesThatAreNoneAreAnErrorThatNamesThemOrLeftOut() {
        for (Double bad : new Double[] {null, Double.NaN, 1e300}) {
            Dataset<Row> events =
                    events(DataTypes.LongType, event("a", 1L, 1.0, 1), event("a", 2L, bad, 2), event("a", 3L, 3.0, 3));
            assertThatThrownBy(() -> steps(events, STRICT))
                    .hasMessageContaining("column 'x' is " + (bad == null ? "null" : bad > 1 ? "Infinity" : "NaN")
                            + " of entity 'a' at 2")
                    .hasMessageContaining("handleInvalid");
            assertThat(steps(events, new SeriesRules(null, Gaps.ERROR, Duplicates.ERROR, true)))
                    .containsExactly("> a 1 1.0 1.0", "a 3 3.0 3.0");
        }
        assertThatThrownBy(() -> steps(events(DataTypes.LongType, event(null, 1L, 1.0, 1)), STRICT))
                .hasMessageContaining("column 'e' (entityCol) is null");
        assertThatThrownBy(() -> steps(events(DataTypes.LongType, event("a", null, 1.0, 1)), STRICT))
                .hasMessageContaining("column 't' (timeCol) is null in an event of entity 'a'");
    }

    @Test
    void theValidationFlagComesAlong() {
        Dataset<Row> events = timed("date", "2024-01-01", "2024-01-03").selectExpr("*", "x > 0 as v");
        SeriesColumns columns = new SeriesColumns("e", "t", List.of("x", "y"), "v");
        assertThat(steps(events, columns, every("1 day", TimeKind.DATE, Gaps.FILL), BERLIN))
                .containsExactly(
                        "> a 2024-01-01 0.0 0.0", "a 2024-01-02 0.0 0.0 filled", "a 2024-01-03 1.0 1.0 validation");
        Dataset<Row> nulls = events.selectExpr("e", "t", "x", "y", "cast(null as boolean) as v");
        assertThatThrownBy(() -> steps(nulls, columns, STRICT, BERLIN))
                .hasMessageContaining("column 'v' (validationIndicatorCol) is null of entity 'a' at 2024-01-01");
    }

    @Test
    void wrongTypesAreNamed() {
        Dataset<Row> text = events(DataTypes.StringType, event("a", "2024-01-01T00:00:00+01:00", 1.0, 1));
        assertThatThrownBy(() -> steps(text, STRICT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 't' (timeCol) has type string")
                .hasMessageContaining("to_timestamp");
        Dataset<Row> real = text.selectExpr("e", "1.5D as t", "x", "y");
        assertThatThrownBy(() -> steps(real, STRICT)).hasMessageContaining("column 't' (timeCol) has type double");
        Dataset<Row> odd = text.selectExpr("0.5D as e", "1L as t", "x", "y");
        assertThatThrownBy(() -> steps(odd, STRICT)).hasMessageContaining("column 'e' (entityCol) has type double");
        Dataset<Row> words = text.selectExpr("e", "1L as t", "'high' as x", "y");
        assertThatThrownBy(() -> steps(words, STRICT))
                .hasMessageContaining("column 'x'")
                .hasMessageContaining("string");
    }

    @Test
    void frequenciesAreReadStrictly() {
        assertThat(Frequency.parse("15 minutes", TimeKind.TIMESTAMP)).isEqualTo(new Frequency(900_000_000L, 0, 0));
        assertThat(Frequency.parse("2 Weeks", TimeKind.DATE)).isEqualTo(new Frequency(0, 14, 0));
        assertThat(Frequency.parse("1 quarter", TimeKind.DATE)).isEqualTo(new Frequency(0, 0, 3));
        assertThat(Frequency.parse("10", TimeKind.NUMBER)).isEqualTo(new Frequency(10, 0, 0));
        for (String wrong : List.of("hour", "0 days", "-1 day", "1.5 hours", "1 fortnight", "1", "1 day ago", "")) {
            assertThatThrownBy(() -> Frequency.parse(wrong, TimeKind.TIMESTAMP))
                    .as(wrong)
                    .hasMessageContaining("frequency is '" + wrong + "'")
                    .hasMessageContaining("1 hour");
        }
        assertThatThrownBy(() -> Frequency.parse("1 hour", TimeKind.DATE)).hasMessageContaining("holds dates");
        assertThatThrownBy(() -> Frequency.parse("1 hour", TimeKind.NUMBER)).hasMessageContaining("whole number");
    }

    @Test
    void timesAreReadAsTheirKindShowsThem() {
        assertThat(TimeKind.TIMESTAMP.parse("2024-03-01T12:30:00+01:00", BERLIN))
                .isEqualTo(TimeKind.TIMESTAMP.parse("2024-03-01 12:30:00", BERLIN))
                .isEqualTo(TimeKind.TIMESTAMP_NTZ.parse("2024-03-01 11:30:00", BERLIN));
        assertThat(TimeKind.DATE.text(TimeKind.DATE.parse("1969-12-30", BERLIN), BERLIN))
                .isEqualTo("1969-12-30");
        assertThat(TimeKind.TIMESTAMP.text(TimeKind.TIMESTAMP.parse("2024-07-01", BERLIN), BERLIN))
                .isEqualTo("2024-07-01T00:00+02:00");
        assertThat(TimeKind.NUMBER.parse(" 17 ", BERLIN)).isEqualTo(17);
        assertThatThrownBy(() -> TimeKind.DATE.parse("yesterday", BERLIN))
                .hasMessageContaining("'yesterday' is no date");
        assertThatThrownBy(() -> TimeKind.NUMBER.parse("2024-01-01", BERLIN)).hasMessageContaining("whole number");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1_700_000_000_000_123L, -20_000_000_000_000_001L, 20_000_000_000_000_000L})
    void timesOfFarYearsAreCountedToo(long micros) {
        assertThat(TimeKind.micros(TimeKind.dateTime(micros, ZoneOffset.UTC).toInstant()))
                .isEqualTo(micros);
    }
}
