package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.ml.feature.TableRows.assembler;
import static org.sparkmlext.ml.feature.TableRows.fitted;
import static org.sparkmlext.ml.feature.TableRows.vectors;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** Parts of dates and timestamps, and the time zone they are read in. */
class TableDatesTest {

    private static final String ZONE = "spark.sql.session.timeZone";
    private static final String ALL = "year,month,day,weekday,dayofyear,hour,epochdays";

    @TempDir
    private Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    @AfterEach
    void theSessionsZoneIsThatOfBefore() {
        spark().conf().unset(ZONE);
    }

    private static Dataset<Row> of(String expression) {
        return spark().sql("select " + expression + " as t");
    }

    @Test
    void partsOfADate() {
        TableAssembler assembler = assembler("t").setDateParts(ALL);
        Dataset<Row> rows = of("date'2024-12-30'");
        assertThat(fitted(assembler, rows).get(0)).containsExactly(2024, 12, 30, 1, 365, 20087);
        assertThat(assembler.fit(rows).getFeatureNames())
                .containsExactly("t_year", "t_month", "t_day", "t_weekday", "t_dayofyear", "t_epochdays");
        assertThat(fitted(assembler("t"), rows).get(0)).containsExactly(2024, 12, 30, 1);
    }

    @Test
    void aClockWithoutAZoneIsReadAsItShows() {
        spark().conf().set(ZONE, "Asia/Tokyo");
        assertThat(fitted(assembler("t").setDateParts("day,hour"), of("timestamp_ntz'2024-12-30 23:59:59'"))
                        .get(0))
                .containsExactly(30, 23);
    }

    @Test
    void cyclicPartsAreOnACircle() {
        TableAssembler assembler =
                assembler("t").setDateParts("year,month,weekday").setCyclic(true);
        Dataset<Row> rows = of("date'2024-04-01'");
        // April is a quarter of the way round, Monday the beginning.
        double[] parts = fitted(assembler, rows).get(0);
        assertThat(parts).containsExactly(new double[] {2024, 1, 0, 0, 1}, within(1e-15));
        assertThat(assembler.fit(rows).getFeatureNames())
                .containsExactly("t_year", "t_month_sin", "t_month_cos", "t_weekday_sin", "t_weekday_cos");
    }

    @Test
    void sinesAreNotScaledAndMissingDatesAreImputedPartByPart() {
        Dataset<Row> rows = spark().sql("select explode(array(date'2020-01-01', date'2024-01-01', null)) as t");
        TableAssembler assembler = assembler("t")
                .setDateParts("year,month")
                .setCyclic(true)
                .setScaling("minmax")
                .setImputing("mean")
                .setMissingIndicator(true);
        assertThat(fitted(assembler, rows))
                .containsExactly(new double[][] {{0, 0, 1, 0}, {1, 0, 1, 0}, {0.5, 0, 1, 1}});
    }

    @Test
    void theZoneOfFitIsThatOfScoringAfterSavingToo() throws Exception {
        spark().conf().set(ZONE, "America/New_York");
        // 03:30 in UTC is the evening before in New York.
        Dataset<Row> rows = of("timestamp'2024-07-01T03:30:00Z'");
        TableAssemblerModel model = assembler("t").fit(rows);
        assertThat(model.getTimeZone()).isEqualTo("America/New_York");
        model.save(directory.resolve("model").toString());
        TableAssemblerModel loaded =
                TableAssemblerModel.load(directory.resolve("model").toString());
        for (String zone : List.of("UTC", "Asia/Tokyo", "America/New_York")) {
            spark().conf().set(ZONE, zone);
            assertThat(vectors(loaded, rows).get(0)).as(zone).containsExactly(2024, 6, 30, 7, 23);
        }
    }

    @Test
    void partsAreThoseOfJavaTimeAcrossClockChangesAndCenturies() {
        Random random = new Random(3);
        List<Long> seconds = IntStream.range(0, 500)
                .mapToObj(i -> i < 250
                        ? random.nextLong(-3_000_000_000L, 9_000_000_000L)
                        // Around the night of 27 October 2024, when clocks go back.
                        : 1_729_987_200L + i * 60)
                .toList();
        Dataset<Row> rows = spark().createDataset(seconds, Encoders.LONG()).selectExpr("timestamp_seconds(value) as t");
        for (String zone : List.of("Europe/Berlin", "UTC", "Australia/Lord_Howe", "-03:30")) {
            spark().conf().set(ZONE, zone);
            List<double[]> parts = fitted(assembler("t").setDateParts(ALL), rows);
            for (int i = 0; i < seconds.size(); i++) {
                ZonedDateTime time = Instant.ofEpochSecond(seconds.get(i)).atZone(ZoneId.of(zone));
                assertThat(parts.get(i))
                        .as(time.toString())
                        .containsExactly(
                                time.getYear(),
                                time.getMonthValue(),
                                time.getDayOfMonth(),
                                time.getDayOfWeek().getValue(),
                                time.getDayOfYear(),
                                time.getHour(),
                                time.toLocalDate().toEpochDay());
            }
        }
    }

    @Test
    void unknownPartsAndDatesWithoutAnyAreRefused() {
        assertThatThrownBy(() -> assembler("t").setDateParts("year,century").fit(of("date'2024-01-01'")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("century")
                .hasMessageContaining("epochdays");
        assertThatThrownBy(() -> assembler("t").setDateParts("hour").fit(of("date'2024-01-01'")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'t' is a date and has none of dateParts");
        TableAssemblerModel model = assembler("t").fit(of("date'2024-01-01'"));
        assertThatThrownBy(() -> model.transform(of("timestamp'2024-01-01'")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in fit it was date");
    }
}
