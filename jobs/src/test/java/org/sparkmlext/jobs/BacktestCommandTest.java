package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    @RealData
    void theJobFileOfEtth1Runs() {
        Path output = folder.resolve("etth1");
        CommandRun run = CommandRun.of("backtest", "--job=../conf/backtest.json", "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("backtest of OT, HUFL", "1440 points");
        assertThat(output.resolve("forecast.svg")).exists();
    }
}
