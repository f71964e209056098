package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.neural.LstmClassificationModel;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** The subcommands on tables of events and on columns of sequences. */
class SequenceJobsTest {
    private static final int HOURS = 240;
    private static final int HORIZON = 3;

    @TempDir
    static Path folder;

    private static Path events;
    private static Path model;
    private static CommandRun run;

    /** Two sites, ten days of hours: load swings with the day, wind is noise. */
    @BeforeAll
    static void trainOnce() throws IOException {
        LocalSpark.session();
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("site,at,load,wind,note"));
        for (int i = 0; i < HOURS; i++) {
            for (String site : List.of("north", "south")) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s,2024-03-%02d %02d:00:00,%.3f,%.3f,x",
                        site,
                        1 + i / 24,
                        i % 24,
                        (site.equals("north") ? 50 : 80) + 10 * Math.sin(i * Math.PI / 12),
                        random.nextDouble()));
            }
        }
        events = Files.write(folder.resolve("events.csv"), lines);
        model = folder.resolve("forecaster");
        run = train(
                events,
                "--algorithm=lstm-regressor",
                "--time=at",
                "--entity=site",
                "--target=load",
                "--ignore=note",
                "--validation-fraction=0.2",
                "--set=windowLength=24",
                "--set=horizon=" + HORIZON,
                "--set=network=window-norm+lstm",
                "--set=maxEpochs=8",
                "--set=learningRate=0.01",
                "--test=" + events,
                "--output=" + model);
    }

    private static CommandRun train(Path input, String... options) {
        List<String> args = new ArrayList<>(
                List.of("train", "--input=" + input, "--progress=plain", "--set=batchSize=32", "--set=numThreads=2"));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(new String[0]));
    }

    private static Dataset<Row> scored(Path scoredBy, Path input, String... options) {
        return CommandRun.scored(folder.resolve("scores-" + System.nanoTime()), scoredBy, input.toString(), options);
    }

    /** The events as a user of the API would read them. */
    private static Dataset<Row> typedEvents() {
        return LocalSpark.session()
                .read()
                .option("header", true)
                .schema("site STRING, at TIMESTAMP, load DOUBLE, wind DOUBLE, note STRING")
                .csv(events.toString());
    }

    @Test
    void aForecasterIsTrainedOnEventsAndMeasuredByStep() {
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("2 numeric and 0 string columns of events in 'at' of each 'site', targets load")
                .contains("epoch 1/8  ", "validation-loss", "epoch 8/8  ", "evaluation on ", "RMSE");
        // A swing of 10 has a deviation of 7.
        assertThat(run.number("RMSE")).isLessThan(5);
        assertThat(CommandRun.of("describe", "--model=" + model).out())
                .contains(
                        "LstmRegressionModel", "targets load", "* horizon = 3", "lstm", "best epoch ", "last epoch 8");
    }

    @Test
    void scoreGivesWhatTheApiGives() {
        Dataset<Row> scores = scored(model, events);
        assertThat(scores.columns()).containsExactly("site", "at", "load", "wind", "note", "prediction", "predictions");
        LstmRegressionModel loaded = LstmRegressionModel.load(model.toString());
        List<Row> pairs = scores.join(
                        loaded.transform(typedEvents())
                                .select(
                                        functions.col("site"),
                                        functions.col("at"),
                                        functions.col("predictions").as("expected")),
                        scala.jdk.javaapi.CollectionConverters.asScala(List.of("site", "at"))
                                .toSeq())
                .select("predictions", "expected")
                .collectAsList();
        assertThat(pairs).hasSize(2 * HOURS);
        int whole = 0;
        for (Row pair : pairs) {
            assertThat(pair.isNullAt(0)).isEqualTo(pair.isNullAt(1));
            if (!pair.isNullAt(0)) {
                double[] expected = pair.<Vector>getAs(1).toArray();
                assertThat(pair.<Double>getList(0)).containsExactly(expected[0], expected[1], expected[2]);
                whole++;
            }
        }
        assertThat(whole).isEqualTo(2 * (HOURS - 23));
    }

    @Test
    void evaluateHoldsEveryStepAgainstWhatCame() {
        CommandRun evaluation = CommandRun.of("evaluate", "--model=" + model, "--input=" + events);
        double squares = 0;
        int count = 0;
        List<Row> rows = LstmRegressionModel.load(model.toString())
                .transform(typedEvents())
                .orderBy("site", "at")
                .select("site", "load", "predictions")
                .collectAsList();
        for (int i = 0; i < rows.size(); i++) {
            for (int step = 1; step <= HORIZON && !rows.get(i).isNullAt(2) && i + step < rows.size(); step++) {
                Row later = rows.get(i + step);
                if (later.getString(0).equals(rows.get(i).getString(0))) {
                    double error =
                            later.getDouble(1) - rows.get(i).<Vector>getAs(2).apply(step - 1);
                    squares += error * error;
                    count++;
                }
            }
        }
        assertThat(evaluation.out()).as(evaluation.err()).contains("(" + count + " rows");
        assertThat(evaluation.number("RMSE")).isCloseTo(Math.sqrt(squares / count), within(1e-4));
    }

    @Test
    void whatFollowsIsWrittenOnRequest() {
        Dataset<Row> next = scored(model, events, "--forecast");
        assertThat(next.columns()).containsExactly("entity", "origin", "step", "target", "forecast");
        assertThat(next.count()).isEqualTo(2L * HORIZON);
        isRefused(
                CommandRun.of(
                        "score",
                        "--model=" + model,
                        "--input=" + events,
                        "--forecast",
                        "--keep=site",
                        "--output=" + folder.resolve("x")),
                "--keep carries columns");
    }

    /** Series of 5 to 9 steps: up or down. */
    private static Path walks() throws IOException {
        Random random = new Random(11);
        List<String> lines = new ArrayList<>(List.of("walk,step,height,way"));
        for (int walk = 0; walk < 120; walk++) {
            int sign = walk % 2 == 0 ? 1 : -1;
            for (int step = 0; step < 5 + walk % 5; step++) {
                lines.add(String.format(
                        Locale.ROOT,
                        "w%d,%d,%.3f,%s",
                        walk,
                        step,
                        sign * step * 0.5 + 0.2 * random.nextGaussian(),
                        sign > 0 ? "up" : "down"));
            }
        }
        return Files.write(folder.resolve("walks.csv"), lines);
    }

    @Test
    void wholeSeriesAreClassified() throws IOException {
        Path table = walks();
        Path classifier = folder.resolve("ways");
        CommandRun trained = train(
                table,
                "--algorithm=lstm-classifier",
                "--time=step",
                "--entity=walk",
                "--label=way",
                "--validation-fraction=0.25",
                "--set=maxEpochs=20",
                "--set=batchSize=16",
                "--set=learningRate=0.01",
                "--output=" + classifier);
        assertThat(trained.out()).as(trained.err()).contains("label 'way' {down=0.0, up=1.0}", "validation-accuracy");
        assertThat(LstmClassificationModel.load(classifier.toString()).getEntityCol())
                .isEqualTo("walk");
        CommandRun evaluation = CommandRun.of("evaluate", "--model=" + classifier, "--input=" + table);
        assertThat(evaluation.out()).as(evaluation.err()).contains("(120 rows");
        assertThat(evaluation.number("accuracy")).isGreaterThan(0.9);
        Dataset<Row> scores = scored(classifier, table, "--keep=walk,step,way");
        assertThat(scores.columns())
                .containsExactly("walk", "step", "way", "prediction", "probability", "predictedLabel");
        Path unseen = Files.write(
                folder.resolve("unseen.csv"), List.of("walk,step,height,way", "a,0,0.1,up", "a,1,0.6,sideways"));
        isRefused(
                CommandRun.of("evaluate", "--model=" + classifier, "--input=" + unseen),
                "label column 'way' has the value 'sideways'; known are down, up");
    }

    private static String small(int features) {
        return "{\"version\": 1, \"input\": {\"kind\": \"sequence\", \"steps\": 4, \"features\": " + features
                + "}, \"layers\": [{\"name\": \"steps\", \"layer\": \"lstm\", \"units\": 12}]}";
    }

    @Test
    void sequencesInAColumnOrInColumnsAreTakenToo() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>(List.of("kind,a,b,c,d"));
        List<String> texts = new ArrayList<>(List.of("kind,steps"));
        Random random = new Random(2);
        for (int i = 0; i < 160; i++) {
            String kind = i % 2 == 0 ? "rise" : "fall";
            List<List<Double>> steps = new ArrayList<>();
            List<String> numbers = new ArrayList<>();
            for (int step = 0; step < 4; step++) {
                double value = (i % 2 == 0 ? step : 3 - step) + 0.3 * random.nextGaussian();
                steps.add(List.of(value, random.nextDouble()));
                numbers.add(String.format(Locale.ROOT, "%.3f", value));
            }
            rows.add(RowFactory.create(steps, kind));
            lines.add(kind + "," + String.join(",", numbers));
            texts.add(kind + "," + String.join(" ", numbers));
        }
        StructType schema = new StructType()
                .add("steps", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.DoubleType)))
                .add("kind", DataTypes.StringType);
        Path parquet = folder.resolve("steps.parquet");
        LocalSpark.session().createDataFrame(rows, schema).write().parquet(parquet.toString());
        Path csv = Files.write(folder.resolve("steps.csv"), lines);
        Path text = Files.write(folder.resolve("step-texts.csv"), texts);
        for (Path table : List.of(parquet, csv, text)) {
            Path classifier = folder.resolve("kinds-of-" + table.getFileName());
            CommandRun trained = train(
                    table,
                    "--algorithm=lstm-classifier",
                    "--label=kind",
                    "--set=network=" + small(table.equals(parquet) ? 2 : 1),
                    "--set=maxEpochs=10",
                    "--set=batchSize=16",
                    "--set=learningRate=0.03",
                    "--test=" + table,
                    "--output=" + classifier);
            assertThat(trained.code()).as(trained.err()).isZero();
            assertThat(trained.number("\naccuracy")).as(table.toString()).isGreaterThan(0.9);
            assertThat(scored(classifier, table).where("predictedLabel = kind").count())
                    .isGreaterThan(144);
        }
    }

    @Test
    void mistakesAreNamedWithWhatToDo() {
        String out = "--output=" + folder.resolve("x");
        isRefused(
                train(events, "--algorithm=lstm-regressor", "--time=att", "--target=load", out),
                "unknown column 'att'; did you mean 'at'?");
        isRefused(
                train(events, "--algorithm=lstm-regressor", "--time=at", "--target=load", "--entity=site", out),
                "column 'note' is string, which cannot be a feature of a network",
                "--ignore note");
        isRefused(
                train(events, "--algorithm=lstm-regressor", "--label=load", "--set=horizon=3", out),
                "horizon is 3",
                "--time");
        isRefused(
                train(events, "--algorithm=lstm-classifier", "--time=at", "--target=load", "--label=note", out),
                "--target names numbers that lstm-regressor foretells");
        isRefused(
                train(
                        events,
                        "--algorithm=lstm-regressor",
                        "--time=at",
                        "--target=load",
                        "--ignore=note,site",
                        "--set=windowLength=24",
                        "--set=horizon=3",
                        out),
                "there is more than one event at 2024-03-01");
        isRefused(
                train(
                        events,
                        "--algorithm=lstm-regressor",
                        "--time=at",
                        "--entity=site",
                        "--target=load",
                        "--ignore=note",
                        "--set=windowLength=400",
                        "--set=horizon=3",
                        out),
                "windowLength");
        isRefused(
                train(events, "--algorithm=lstm-regressor", "--time=at", "--target=load", "--set=timeCol=at", out),
                "param 'timeCol' names a column",
                "--time");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    @RealData
    void theJobFileOfEtth1Runs() {
        Path forecaster = folder.resolve("etth1");
        CommandRun trained = CommandRun.of(
                "train",
                "--job=../conf/train-forecast.json",
                "--set=maxEpochs=1",
                "--set=stride=24",
                "--progress=plain",
                "--output=" + forecaster);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("targets OT, HUFL", "epoch 1/1", "validation-rmse");
        assertThat(scored(forecaster, RealData.Directory.file("etth1/ETTh1.csv.gz"), "--forecast")
                        .count())
                .isEqualTo(48);
    }
}
