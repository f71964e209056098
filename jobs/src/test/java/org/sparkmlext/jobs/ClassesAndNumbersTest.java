package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesRegressionModel;
import org.sparkmlext.testing.LocalSpark;

/** The subcommands on labels of several classes and on numbers. */
class ClassesAndNumbersTest {

    @TempDir
    static Path folder;

    private static Path table;

    /** Columns x, y, start; kind hangs on x, price on x and y. */
    @BeforeAll
    static void write() throws IOException {
        LocalSpark.session();
        Random random = new Random(8);
        List<String> lines = new ArrayList<>(List.of("x,y,start,kind,price"));
        for (int i = 0; i < 600; i++) {
            int x = random.nextInt(30);
            double y = random.nextDouble();
            String kind = x < 10 ? "tea" : x < 20 ? "ale" : "milk";
            lines.add(String.format(Locale.ROOT, "%d,%.4f,%d,%s,%.4f", x, y, x / 10, kind, 1 + x / 10 + y));
        }
        table = Files.write(folder.resolve("table.csv"), lines);
    }

    private static CommandRun train(String... options) {
        List<String> args = new ArrayList<>(List.of("train", "--input=" + table, "--progress=plain"));
        args.addAll(List.of(options));
        args.addAll(List.of("--set=numTrees=30", "--set=maxLeaves=8"));
        return CommandRun.of(args.toArray(new String[0]));
    }

    @Test
    void textsOfSeveralClassesAreLearntAndComeBack() {
        Path model = folder.resolve("kinds");
        CommandRun training = train("--label=kind", "--ignore=price,start", "--output=" + model, "--test=" + table);
        assertThat(training.out())
                .as(training.err())
                .contains("label 'kind' {ale=0.0, milk=1.0, tea=2.0}", "train-logloss", "macro F1");
        BoostedTreesClassificationModel trees = BoostedTreesClassificationModel.load(model.toString());
        assertThat(trees.numClasses()).isEqualTo(3);
        CommandRun evaluation = CommandRun.of("evaluate", "--model=" + model, "--input=" + table);
        assertThat(evaluation.number("accuracy")).as(evaluation.err()).isEqualTo(1.0);
        assertThat(CommandRun.of("describe", "--model=" + model).out())
                .contains("90 with ", "objective softmax of 3 raw scores", "30 rounds", "if x <");
        Path scores = folder.resolve("kind-scores");
        CommandRun scoring = CommandRun.of("score", "--model=" + model, "--input=" + table, "--output=" + scores);
        assertThat(scoring.code()).as(scoring.err()).isZero();
        Dataset<Row> scored = LocalSpark.session().read().parquet(scores.toString());
        assertThat(scored.where("predictedLabel = kind and size(probability) = 3")
                        .count())
                .isEqualTo(600);
        Path csv = folder.resolve("kind-csv");
        CommandRun written = CommandRun.of(
                "score",
                "--model=" + model,
                "--input=" + table,
                "--output=" + csv,
                "--output-format=csv",
                "--keep=kind");
        assertThat(written.code()).as(written.err()).isZero();
        Row first = LocalSpark.session()
                .read()
                .option("header", true)
                .option("escape", "\"")
                .csv(csv.toString())
                .first();
        assertThat(first.<String>getAs("probability")).startsWith("[").endsWith("]");
    }

    @Test
    void anObjectiveOfNumbersTrainsARegressor() {
        Path model = folder.resolve("prices");
        CommandRun training = train(
                "--label=price",
                "--ignore=start,kind",
                "--set=objective=quantile",
                "--set=quantileLevels=0.2,0.4,0.9",
                "--set=quantilesCol=quantiles",
                "--validation-fraction=0.2",
                "--output=" + model,
                "--test=" + table);
        assertThat(training.out()).as(training.err()).contains("validation-pinball-0.9", "RMSE", "(level 0.4)");
        assertThat(BoostedTreesRegressionModel.load(model.toString()).numOutputs())
                .isEqualTo(3);
        CommandRun ofModel = CommandRun.of("evaluate", "--model=" + model, "--input=" + table);
        assertThat(ofModel.out()).as(ofModel.err()).contains("(level 0.4)");
        CommandRun evaluation =
                CommandRun.of("evaluate", "--model=" + model, "--input=" + table, "--quantile-level=0.5");
        assertThat(evaluation.out()).contains("(level 0.5)");
        assertThat(evaluation.number("RMSE")).as(evaluation.err()).isLessThan(0.2);
        Path scores = folder.resolve("price-scores");
        CommandRun scoring =
                CommandRun.of("score", "--model=" + model, "--input=" + table, "--output=" + scores, "--keep=x");
        assertThat(scoring.code()).as(scoring.err()).isZero();
        Dataset<Row> scored = LocalSpark.session().read().parquet(scores.toString());
        assertThat(scored.columns()).containsExactly("x", "prediction", "quantiles");
        assertThat(scored.where("quantiles[1] = prediction").count()).isEqualTo(600);
    }

    @Test
    void theAlgorithmMayBeNamed() {
        Path model = folder.resolve("named");
        CommandRun training = train(
                "--algorithm=regressor",
                "--label=price",
                "--ignore=kind",
                "--base-margin=start",
                "--validation-fraction=0.2",
                "--output=" + model);
        assertThat(training.out()).as(training.err()).contains("validation-rmse");
        assertThat(CommandRun.of("describe", "--model=" + model).out()).contains("objective squared");
        CommandRun evaluation = CommandRun.of("evaluate", "--model=" + model, "--input=" + table);
        assertThat(evaluation.number("RMSE")).as(evaluation.err()).isLessThan(0.2);
        assertThat(evaluation.out()).doesNotContain("pinball");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        CommandRun texts = train("--label=kind", "--set=objective=squared", "--output=" + folder.resolve("x"));
        assertThat(texts.err()).contains("label column 'kind' holds texts; a regressor needs numbers");
        assertThat(texts.code()).isEqualTo(2);
        CommandRun both = train(
                "--algorithm=classifier", "--label=price", "--set=objective=gamma", "--output=" + folder.resolve("x"));
        assertThat(both.err()).contains("param 'objective' does not allow gamma", "auto, logistic, softmax");
        assertThat(both.code()).isEqualTo(2);
        CommandRun zero = train("--label=start", "--set=objective=gamma", "--output=" + folder.resolve("x"));
        assertThat(zero.err()).contains("label column 'start'", "not above 0");
        assertThat(zero.code()).isEqualTo(2);
    }
}
