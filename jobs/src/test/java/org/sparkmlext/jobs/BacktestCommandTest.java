package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

class BacktestCommandTest {

    @TempDir
    static Path folder;

    private static Path table;

    /** Two sites, 20 days of hours: a day's season and a little more each hour. */
    @BeforeAll
    static void write() throws IOException {
        LocalSpark.session();
        List<String> lines = new ArrayList<>(List.of("site,hour,load"));
        for (int i = 0; i < 480; i++) {
            for (String site : List.of("north", "south")) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s,2024-03-%02d %02d:00:00,%.3f",
                        site,
                        1 + i / 24,
                        i % 24,
                        50 + 0.01 * i + 10 * Math.sin(i * Math.PI / 12) + i % 5 / 10.0));
            }
        }
        table = Files.write(folder.resolve("loads.csv"), lines);
    }

    private static CommandRun backtest(String... options) {
        List<String> args = new ArrayList<>(List.of("backtest", "--input=" + table, "--time=hour"));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(new String[0]));
    }

    @Test
    void figuresArePrintedAndWritten() throws IOException {
        Path output = folder.resolve("out");
        CommandRun run = backtest(
                "--entity=site",
                "--target=load",
                "--horizon=6",
                "--season=24",
                "--origins=3",
                "--exponential-smoothing",
                "--drift",
                "--ridge=24",
                "--fit-once",
                "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("backtest of load in ", "horizon 6", "36 points", "written to ")
                .containsSubsequence("model", "MASE", "naive", "seasonal-naive", "drift", "holt-winters", "ridge");
        JsonNode figures =
                new ObjectMapper().readTree(output.resolve("figures.json").toFile());
        assertThat(figures.get("horizon").intValue()).isEqualTo(6);
        assertThat(figures.get("models")).hasSize(5);
        JsonNode naive = figures.get("models").get(0);
        assertThat(naive.get("model").textValue()).isEqualTo("naive");
        assertThat(naive.get("overall").get("count").intValue()).isEqualTo(36);
        assertThat(naive.get("bySteps")).hasSize(6);
        assertThat(figures.get("models").get(1).get("overall").get("mae").doubleValue())
                .isLessThan(naive.get("overall").get("mae").doubleValue());
        assertThat(Files.readString(output.resolve("forecast.svg"))).contains("<svg", "north: load, forecast from");
        assertThat(backtest("--target=load", "--output=" + output).err()).contains("exists already");
    }

    @Test
    void whatCannotBeDoneIsBadInput() {
        assertThat(backtest("--target=lod").err()).contains("there is no column 'lod'");
        assertThat(backtest("--target=load").err()).contains("two rows have the same time in column 'hour'");
        assertThat(backtest("--target=load", "--entity=site", "--origins=999").err())
                .contains("999 origins, 1 apart");
        assertThat(backtest("--target=load", "--entity=site", "--horizon=0").err())
                .contains("at least 1 row, got 0");
        assertThat(backtest("--target=load", "--entity=site", "--first-origin=soon")
                        .err())
                .contains("'soon' is no date or time");
        assertThat(backtest("--target=load", "--first-origin=2024-03-02", "--origins=2")
                        .err())
                .contains("give one of them");
        assertThat(CommandRun.of("backtest", "--input=" + table, "--time=site", "--target=load")
                        .err())
                .contains("column 'site' holds times such as 2024-03-01 12:30:00, got 'north'");
        CommandRun missing = CommandRun.of("backtest", "--input=" + table, "--target=load");
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("--time is needed");
    }

    @Test
    void aSavedLstmIsMeasuredByItsOwnForecasts() throws IOException {
        Dataset<Row> loads = LocalSpark.session()
                .read()
                .option("header", true)
                .schema("site STRING, hour TIMESTAMP, load DOUBLE")
                .csv(table.toString());
        String directory = folder.resolve("lstm").toString();
        new LstmRegressor()
                .setEntityCol("site")
                .setTimeCol("hour")
                .setFrequency("1 hour")
                .setInputCols(new String[] {"load"})
                .setTargetCols(new String[] {"load"})
                .setWindowLength(24)
                .setHorizon(6)
                .setPredictionsCol("next")
                .setNetwork(Network.sequence(24, 1)
                        .add("lstm", RecurrentLayer.lstm(8))
                        .build())
                .setMaxEpochs(6)
                .setLearningRate(0.01)
                .setNumThreads(1)
                .fit(loads.where("hour < '2024-03-18'"))
                .save(directory);
        Path output = folder.resolve("measured");
        String[] options = {
            "--entity=site",
            "--target=load",
            "--horizon=6",
            "--season=24",
            "--origins=3",
            "--stride=11",
            "--fit-once",
            "--model=" + directory
        };
        CommandRun run = backtest(with(options, "--forecast-column=next", "--output=" + output));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).containsSubsequence("MASE", "model", "naive", "seasonal-naive", "36 points");

        // By another way: the table of what the model forecasts after the rows up to each origin.
        LstmRegressionModel model = LstmRegressionModel.load(directory);
        List<Double> errors = new ArrayList<>();
        for (int back : List.of(28, 17, 6)) {
            int origin = 480 - 1 - back;
            Dataset<Row> known = loads.where(
                    String.format("hour <= timestamp'2024-03-%02d %02d:00:00'", 1 + origin / 24, origin % 24));
            model.forecast(known)
                    .selectExpr("entity", "origin + make_interval(0, 0, 0, 0, step) AS hour", "forecast")
                    .join(loads.withColumnRenamed("site", "entity"), new String[] {"entity", "hour"})
                    .selectExpr("forecast - load")
                    .collectAsList()
                    .forEach(row -> errors.add(row.getDouble(0)));
        }
        assertThat(errors).hasSize(36);
        JsonNode figures = new ObjectMapper()
                .readTree(output.resolve("figures.json").toFile())
                .get("models")
                .get(0);
        assertThat(figures.get("model").textValue()).isEqualTo("model");
        JsonNode overall = figures.get("overall");
        assertThat(overall.get("count").intValue()).isEqualTo(36);
        assertThat(overall.get("mae").doubleValue())
                .isCloseTo(errors.stream().mapToDouble(Math::abs).average().orElseThrow(), within(1e-4));
        assertThat(overall.get("mse").doubleValue())
                .isCloseTo(errors.stream().mapToDouble(e -> e * e).average().orElseThrow(), within(1e-3));

        assertThat(backtest(options).err()).contains("the model gives no column 'predictions'");
        assertThat(backtest(with(options, "--forecast-column=next", "--quantiles=0.1,0.9"))
                        .err())
                .contains("column 'next' has 6 numbers a row; horizon x targets x quantile levels is 12");
    }

    private static String[] with(String[] options, String... more) {
        return Stream.concat(Arrays.stream(options), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    @RealData
    void theJobFileOfEtth1Runs() {
        Path output = folder.resolve("etth1");
        CommandRun run = CommandRun.of("backtest", "--job=../conf/backtest.json", "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("backtest of OT, HUFL", "1440 points");
        assertThat(output.resolve("forecast.svg")).exists();
    }
}
