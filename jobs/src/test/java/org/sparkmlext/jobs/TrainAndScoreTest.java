package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.testing.LocalSpark;

/** The subcommands on small files, in one session. */
class TrainAndScoreTest {
    private static final String[] FAST = {"--set=numTrees=12", "--set=maxLeaves=8", "--progress=plain"};

    @TempDir
    static Path folder;

    private static Path withHeader;
    private static Path withoutHeader;
    private static Path model;
    private static CommandRun training;

    @BeforeAll
    static void trainOnce() throws IOException {
        LocalSpark.session();
        withHeader = folder.resolve("shop.csv");
        withoutHeader = folder.resolve("shop-plain.csv");
        List<String> lines = rows(900);
        Files.writeString(withHeader, "id, size,colour , price, bought\n" + String.join("\n", lines) + "\n");
        Files.writeString(withoutHeader, String.join("\n", lines) + "\n\n");
        model = folder.resolve("model");
        training = train(
                withHeader,
                "--label=bought",
                "--ignore=id",
                "--missing=?",
                "--output=" + model,
                "--validation-fraction=0.2");
    }

    /** A table whose label hangs on a number and a text, with missing values of both and spaces after the commas. */
    private static List<String> rows(int count) {
        Random random = new Random(3);
        String[] colours = {"red", "green", "blue"};
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = random.nextInt(100);
            String colour = colours[random.nextInt(3)];
            boolean bought = random.nextDouble() < (size > 50 ? 0.9 : 0.1) * (colour.equals("red") ? 1 : 0.6);
            lines.add("K" + i + ", " + (random.nextInt(20) == 0 ? "?" : Integer.toString(size)) + ", "
                    + (random.nextInt(20) == 0 ? "?" : colour) + ", " + random.nextInt(1000) / 10.0 + ", "
                    + (bought ? "yes" : "no"));
        }
        return lines;
    }

    private static CommandRun train(Path input, String... options) {
        List<String> args = new ArrayList<>(List.of("train", "--input=" + input));
        args.addAll(List.of(options));
        args.addAll(List.of(FAST));
        return CommandRun.of(args.toArray(new String[0]));
    }

    @Test
    void trainingShowsALinePerRoundAndSavesAPipeline() {
        assertThat(training.code()).as(training.err()).isZero();
        assertThat(training.out())
                .contains("2 numeric and 1 string columns, label 'bought' {no=0.0, yes=1.0}")
                .contains("round  1/12  train-logloss", "round 12/12", "validation-logloss", "rows/s", " left")
                .contains("model saved: ");
        PipelineModel pipeline = PipelineModel.load(model.toString());
        assertThat(pipeline.stages()[1]).isInstanceOf(BoostedTreesClassificationModel.class);
    }

    @Test
    void evaluateReadsTheTableAsTrainingDid() {
        CommandRun run = CommandRun.of("evaluate", "--model=" + model, "--input=" + withHeader);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("AUC")).isGreaterThan(0.85);
        assertThat(run.out()).contains("log-loss", "accuracy", "predicted 1", "(900 rows, ");
        CommandRun weighted = CommandRun.of("evaluate", "--model=" + model, "--input=" + withHeader, "--weight=price");
        assertThat(weighted.out()).as(weighted.err()).contains("(900 rows, weighted by 'price'");
        assertThat(weighted.number("AUC")).isBetween(0.8, 0.99).isNotEqualTo(run.number("AUC"));
        CommandRun plain = CommandRun.of(
                "evaluate",
                "--model=" + model,
                "--input=" + withoutHeader,
                "--no-header",
                "--columns=id,size,colour,price,bought");
        assertThat(plain.number("AUC")).as(plain.err()).isEqualTo(run.number("AUC"));
    }

    @Test
    void aPinballLossIsForRegressionsOnly() {
        isRefused(
                CommandRun.of("evaluate", "--model=" + model, "--input=" + withHeader, "--quantile-level=0.9"),
                "the model is a classifier");
    }

    @Test
    void scoreWritesPredictionsForATableWithoutLabels() throws IOException {
        Path unlabelled = folder.resolve("new.csv");
        Files.writeString(unlabelled, "price,size,colour,id\n5,90,red,A\n5,3,violet,B\n?,?,?,C\n");
        Path scores = folder.resolve("scores");
        CommandRun run = CommandRun.of("score", "--model=" + model, "--input=" + unlabelled, "--output=" + scores);
        assertThat(run.code()).as(run.err()).isZero();
        Dataset<Row> rows =
                LocalSpark.session().read().parquet(scores.toString()).orderBy("id");
        assertThat(rows.columns())
                .containsExactly("price", "size", "colour", "id", "prediction", "probability", "predictedLabel");
        List<Row> scored = rows.collectAsList();
        assertThat(scored).hasSize(3);
        assertThat(scored.get(0).<String>getAs("predictedLabel")).isEqualTo("yes");
        assertThat(scored.get(1).<String>getAs("predictedLabel")).isEqualTo("no");
        assertThat(scored.get(0).<Double>getAs("probability")).isGreaterThan(0.5);
    }

    @Test
    void describeNamesParamsImportancesAndTheFirstTree() {
        CommandRun run = CommandRun.of("describe", "--model=" + model);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("* numTrees = 12", "    learningRate = 0.1", "  size", "colour_index", "if size <", "leaf ")
                .contains("12 rounds");
    }

    @Test
    void columnsWithoutHeaderAreFoundByPosition() {
        Path output = folder.resolve("by-position");
        CommandRun run = train(
                withoutHeader, "--no-header", "--label=last", "--ignore=_c0", "--missing=?", "--output=" + output);
        assertThat(run.out()).as(run.err()).contains("label '_c4' {no=0.0, yes=1.0}", "2 numeric and 1 string");
        CommandRun same = train(
                withoutHeader,
                "--no-header",
                "--label=4",
                "--ignore=_c0",
                "--missing=?",
                "--output=" + output,
                "--overwrite");
        assertThat(same.code()).as(same.err()).isZero();
    }

    @Test
    void aTableOfNumbersGivesThePlainModel() throws IOException {
        Path numbers = folder.resolve("numbers.csv");
        StringBuilder text = new StringBuilder("a,b,y\n");
        for (int i = 0; i < 200; i++) {
            text.append(i % 17)
                    .append(',')
                    .append(i % 5)
                    .append(',')
                    .append(i % 17 > 8 ? 1 : 0)
                    .append('\n');
        }
        Files.writeString(numbers, text);
        Path output = folder.resolve("plain");
        CommandRun run = train(numbers, "--label=y", "--output=" + output, "--test=" + numbers);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("AUC")).isCloseTo(1, within(1e-9));
        assertThat(BoostedTreesClassificationModel.load(output.toString()).featureNames())
                .containsExactly("a", "b");
    }

    @Test
    void anExistingOutputIsRefusedBeforeTraining() {
        CommandRun run = train(withHeader, "--label=bought", "--output=" + model);
        isRefused(run, "output '" + model + "' exists already", "--overwrite");
        assertThat(run.out()).doesNotContain("round");
        isRefused(
                CommandRun.of("score", "--model=" + model, "--input=" + withHeader, "--output=" + model),
                "exists already");
    }

    @Test
    void labelsAreMappedOrNamed() throws IOException {
        Path dotted = folder.resolve("dotted.csv");
        Files.writeString(dotted, Files.readString(withHeader).replace("yes\n", "yes.\n"));
        isRefused(
                CommandRun.of("evaluate", "--model=" + model, "--input=" + dotted),
                "label column 'bought' has the value 'yes.'; known are no, yes",
                "--label-mapping");
        CommandRun mapped = CommandRun.of(
                "evaluate", "--model=" + model, "--input=" + dotted, "--label-mapping=no=0", "--label-mapping=yes.=1");
        assertThat(mapped.number("AUC")).as(mapped.err()).isGreaterThan(0.85);
        isRefused(
                train(withHeader, "--label=id", "--output=" + folder.resolve("x")),
                "label column 'id' has 900 distinct values",
                "classes are 2 to 100",
                "labelMapping");
    }

    @Test
    void wrongColumnsAndValuesAreNamed() throws IOException {
        isRefused(train(withHeader, "--label=bougth", "--output=" + folder.resolve("x")), "did you mean 'bought'?");
        isRefused(
                train(withHeader, "--output=" + folder.resolve("x")),
                "--label NAME",
                "id, size, colour, price, bought");
        isRefused(train(folder.resolve("no.csv"), "--label=y", "--output=" + folder.resolve("x")), "no.csv");
        Path lacking = Files.writeString(folder.resolve("lacking.csv"), "size,colour,bought\n1,red,no\n");
        isRefused(CommandRun.of("evaluate", "--model=" + model, "--input=" + lacking), "unknown column 'price'");
        Path wrong = Files.writeString(folder.resolve("wrong.csv"), "size,colour,price,bought\nbig,red,2,no\n");
        isRefused(
                CommandRun.of("evaluate", "--model=" + model, "--input=" + wrong),
                "column 'size' is a number in this model, got 'big'");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void whatAFileSystemThrowsIsAFailureWithItsCause() {
        CommandRun run = CommandRun.of("evaluate", "--model=" + model, "--input=file://elsewhere/shop.csv");
        assertThat(run.err())
                .startsWith("spark-ml-ext: IllegalArgumentException: Wrong FS: ")
                .contains("file://elsewhere/shop.csv", "(the stack trace: --verbose)");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        isRefused(CommandRun.of("describe", "--model=a:b"), "model 'a:b' cannot be read: ");
        isRefused(CommandRun.of("describe", "--job=a:b"), "job file a:b cannot be read: ");
        isRefused(
                CommandRun.of("score", "--model=" + model, "--input=" + withHeader, "--output=a:b"),
                "output 'a:b' cannot be used: ");
    }

    @Test
    void aDirectoryThatIsNoModelOfOursIsRefused() throws IOException {
        isRefused(CommandRun.of("describe", "--model=" + folder.resolve("nothing")), "does not exist");
        isRefused(CommandRun.of("describe", "--model=" + folder), "not a model of spark-ml-ext", "metadata");
        Path damaged = folder.resolve("damaged");
        copy(model, damaged);
        Path tensors;
        try (var files = Files.walk(damaged)) {
            tensors = files.filter(file -> file.endsWith("model.safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(tensors);
        Files.write(tensors, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        try (var checksums = Files.walk(damaged)) {
            for (Path file :
                    checksums.filter(f -> f.toString().endsWith(".crc")).toList()) {
                Files.delete(file);
            }
        }
        isRefused(CommandRun.of("describe", "--model=" + damaged), "cannot be loaded", "model.safetensors");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
