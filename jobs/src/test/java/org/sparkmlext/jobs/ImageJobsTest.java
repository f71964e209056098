package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.feature.ImageFolder;
import org.sparkmlext.ml.neural.CnnClassificationModel;
import org.sparkmlext.ml.neural.CnnRegressionModel;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.testing.RealData;

/** The subcommands on images: real files in folders, tables of paths, of pixels. */
class ImageJobsTest {
    private static final List<String> CLASSES = List.of("across", "down", "plain");
    private static final int TRAINING = 240;
    private static final int ALL = 300;

    @TempDir
    static Path folder;

    private static Path training;
    private static Path others;
    private static Path model;
    private static CommandRun run;

    /** PNG files of 16 x 16 in a folder a class; the model is of 8 x 8. */
    @BeforeAll
    static void trainOnce() throws IOException {
        LocalSpark.session();
        training = folder.resolve("training");
        others = folder.resolve("others");
        for (int row = 0; row < ALL; row++) {
            Path file = file(row);
            Files.createDirectories(file.getParent());
            ImageIO.write(picture(PatternBlocks.pixels(row)), "png", file.toFile());
        }
        model = folder.resolve("model");
        run = train(
                training.toString(),
                "--algorithm=cnn-classifier",
                "--validation-fraction=0.2",
                "--test=" + others,
                "--output=" + model);
    }

    private static Path file(int row) {
        return (row < TRAINING ? training : others)
                .resolve(CLASSES.get(PatternBlocks.label(row)))
                .resolve("image-" + row + ".png");
    }

    private static BufferedImage picture(byte[] pixels) {
        int size = 2 * PatternImages.SIZE;
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int grey = pixels[y / 2 * PatternImages.SIZE + x / 2] & 0xFF;
                image.setRGB(x, y, grey << 16 | grey << 8 | grey);
            }
        }
        return image;
    }

    private static CommandRun train(String input, String... options) {
        List<String> args = new ArrayList<>(List.of(
                "train",
                "--input=" + input,
                "--progress=plain",
                "--set=height=8",
                "--set=width=8",
                "--set=channels=1",
                "--set=maxEpochs=8",
                "--set=batchSize=32",
                "--set=learningRate=0.003",
                "--set=numThreads=2"));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(new String[0]));
    }

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    private static Dataset<Row> scored(Path scoredBy, String input, String... options) {
        return CommandRun.scored(folder.resolve("scores-" + System.nanoTime()), scoredBy, input, options);
    }

    private static List<String> lines(String header, IntFunction<String> line) {
        List<String> lines = new ArrayList<>(List.of(header));
        for (int row = 0; row < TRAINING; row++) {
            lines.add(line.apply(row));
        }
        return lines;
    }

    @Test
    void foldersGiveAPipelineThatTellsOfEveryEpoch() {
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("training: column 'path', label 'className' {across=0.0, down=1.0, plain=2.0}")
                .contains("epoch 1/8  ", "epoch 8/8  ", "train-loss", "validation-accuracy", "trained 8 epochs")
                .contains("model saved: ", "evaluation on ", "macro F1")
                .doesNotContain("round");
        assertThat(run.number("\naccuracy")).isGreaterThan(0.8);
        PipelineModel pipeline = PipelineModel.load(model.toString());
        assertThat(pipeline.stages()[0]).isInstanceOf(ImageAssembler.class);
        assertThat(pipeline.stages()[1]).isInstanceOf(CnnClassificationModel.class);
    }

    @Test
    void describeShowsLayersSettingsEpochsAndLabels() {
        CommandRun description = CommandRun.of("describe", "--model=" + model);
        assertThat(description.out())
                .as(description.err())
                .contains("ImageAssembler -> CnnClassificationModel", "images, column 'path'", "plain=2.0")
                .contains("* maxEpochs = 8", "    optimizer = adam")
                .contains("conv1      conv2d", "32x8x8", "output     dense", "parameters")
                .contains("training  8 epochs of ", "best epoch ", "last epoch 8  train-loss ", "validation-loss ");
    }

    @Test
    void scoreGivesWhatTheApiGives() throws IOException {
        Dataset<Row> scores = scored(model, others.toString());
        assertThat(scores.columns()).containsExactly("path", "prediction", "probability", "predictedLabel");
        Dataset<Row> api = PipelineModel.load(model.toString())
                .transform(ImageFolder.read(spark(), others.toString()).drop("content"))
                .select("path", "probability", "className");
        List<Row> pairs = scores.join(api.withColumnRenamed("probability", "expected"), "path")
                .selectExpr("probability", "expected", "predictedLabel", "className")
                .collectAsList();
        assertThat(pairs).hasSize(ALL - TRAINING);
        for (Row pair : pairs) {
            double[] expected = pair.<Vector>getAs(1).toArray();
            assertThat(pair.<Double>getList(0)).containsExactly(expected[0], expected[1], expected[2]);
        }
        long right =
                pairs.stream().filter(pair -> pair.get(2).equals(pair.get(3))).count();
        CommandRun evaluation = CommandRun.of("evaluate", "--model=" + model, "--input=" + others);
        assertThat(evaluation.number("accuracy"))
                .as(evaluation.err())
                .isEqualTo((double) right / pairs.size(), within(1e-6));
    }

    @Test
    void aTableOfPathsTrainsAndIsScoredWhereItLies() throws IOException {
        Path table = Files.write(
                folder.resolve("table.csv"),
                lines(
                        "id,file,kind",
                        row -> row + ",training/" + CLASSES.get(row % 3) + "/image-" + row + ".png,"
                                + CLASSES.get(row % 3)));
        Path byPath = folder.resolve("by-path");
        CommandRun trained = train(
                table.toString(), "--algorithm=cnn-classifier", "--label=kind", "--ignore=id", "--output=" + byPath);
        assertThat(trained.out()).as(trained.err()).contains("column 'file', label 'kind'", "epoch 8/8");
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.copy(file(0), elsewhere.resolve("zero.png"));
        Files.write(
                elsewhere.resolve("one.csv"),
                List.of("file", "zero.png", file(1).toUri().toString()));
        Dataset<Row> scores = scored(byPath, elsewhere.resolve("one.csv").toString());
        assertThat(scores.columns()).containsExactly("file", "prediction", "probability", "predictedLabel");
        assertThat(scores.where("file = 'zero.png'").count()).isEqualTo(1);
        Files.write(elsewhere.resolve("gone.csv"), List.of("file", "gone.png"));
        isRefused(
                CommandRun.of(
                        "score",
                        "--model=" + byPath,
                        "--input=" + elsewhere.resolve("gone.csv"),
                        "--output=" + folder.resolve("never")),
                "holds an image that cannot be read, of gone.png: there is no such file");
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @Test
    void pixelsMayBeTextsOrColumns() throws IOException {
        Path texts = Files.write(
                folder.resolve("texts.csv"),
                lines("pixels,kind", row -> pixels(row, " ") + "," + CLASSES.get(row % 3)));
        Path ofTexts = folder.resolve("of-texts");
        CommandRun trained =
                train(texts.toString(), "--algorithm=cnn-classifier", "--label=kind", "--output=" + ofTexts);
        assertThat(trained.out()).as(trained.err()).contains("column 'pixels' of 64 numbers a row");
        assertThat(CommandRun.of("evaluate", "--model=" + ofTexts, "--input=" + texts)
                        .number("accuracy"))
                .isGreaterThan(0.8);
        assertThat(scored(ofTexts, texts.toString()).columns())
                .containsExactly("kind", "prediction", "probability", "predictedLabel");

        StringBuilder header = new StringBuilder("bright");
        for (int i = 0; i < PatternImages.WIDTH; i++) {
            header.append(",p").append(i);
        }
        Path columns = Files.write(
                folder.resolve("columns.csv"),
                lines(header.toString(), row -> (row % 3 == 2 ? 0 : 1) + "," + pixels(row, ",")));
        Path ofColumns = folder.resolve("of-columns");
        CommandRun numbers = train(
                columns.toString(),
                "--algorithm=cnn-regressor",
                "--label=bright",
                "--output=" + ofColumns,
                "--test=" + columns);
        assertThat(numbers.out()).as(numbers.err()).contains("64 numeric and 0 string columns", "train-rmse", "RMSE");
        assertThat(PipelineModel.load(ofColumns.toString()).stages()[1]).isInstanceOf(CnnRegressionModel.class);
        assertThat(scored(ofColumns, columns.toString(), "--keep=bright").columns())
                .containsExactly("bright", "prediction");
    }

    private static String pixels(int row, String separator) {
        List<String> texts = new ArrayList<>();
        for (byte pixel : PatternBlocks.pixels(row)) {
            texts.add(Integer.toString(pixel & 0xFF));
        }
        return String.join(separator, texts);
    }

    @Test
    void aJobFileMayHoldTheNetwork() throws IOException {
        Path job = Files.writeString(folder.resolve("job.json"), """
                {
                  "algorithm": "cnn-classifier",
                  "input": "%s",
                  "output": "%s",
                  "progress": "plain",
                  "params": {
                    "height": 8, "width": 8, "channels": 1, "maxEpochs": 1,
                    "network": {
                      "version": 1,
                      "input": {"kind": "image", "height": 8, "width": 8, "channels": 1, "pixels": "byte"},
                      "layers": [{"name": "tiny", "layer": "conv2d", "filters": 2, "kernel": 3}, {"name": "flat", "layer": "flatten"}]
                    }
                  }
                }
                """.formatted(training, folder.resolve("own")));
        CommandRun trained = CommandRun.of("train", "--job=" + job);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(CommandRun.of("describe", "--model=" + folder.resolve("own")).out())
                .contains("tiny    conv2d", "* network = JSON, whose layers are below");
    }

    @Test
    void mistakesAreNamedWithWhatToDo() throws IOException {
        String out = "--output=" + folder.resolve("x");
        isRefused(
                train(training.toString(), "--algorithm=cnn-clasifier", out),
                "unknown algorithm 'cnn-clasifier'; did you mean 'cnn-classifier'?",
                "lstm-regressor");
        isRefused(
                train(training.toString(), "--algorithm=cnn-classifier", "--set=maxEpoch=3", out),
                "unknown param 'maxEpoch'; did you mean 'maxEpochs'?");
        isRefused(
                train(training.toString(), "--algorithm=cnn-classifier", "--set=network=vgg-cifra", out), "vgg-cifra");
        isRefused(train(training.toString(), "--algorithm=cnn-regressor", out), "label column 'className' holds texts");
        isRefused(
                train(training.toString(), "--algorithm=cnn-classifier", "--output=" + model),
                "output '" + model + "' exists already");
        isRefused(
                train(training.toString(), "--algorithm=cnn-classifier", "--time=at", out),
                "--time says nothing to cnn-classifier");
        isRefused(
                train(folder.resolve("absent").toString(), "--algorithm=cnn-classifier", out), "absent does not exist");
        Path table = Files.writeString(folder.resolve("two.csv"), "a,b,kind\nx.png,y.png,1\n");
        isRefused(
                train(table.toString(), "--algorithm=cnn-classifier", "--label=kind", out),
                "several columns may hold the images: a (string), b (string)",
                "--features");
        isRefused(
                train(table.toString(), "--algorithm=cnn-classifier", "--label=kind", "--features=c", out),
                "unknown column 'c'");
        Path wide = Files.writeString(folder.resolve("wide.csv"), "p,q,kind\n1,2,0\n3,4,1\n");
        isRefused(
                train(wide.toString(), "--algorithm=cnn-classifier", "--label=kind", out),
                "an image of the table has 2 numbers, but height 8, width 8 and channels 1");
        isRefused(
                CommandRun.of("train", "--input=" + wide, "--algorithm=cnn-classifier", "--label=kind", out),
                "columns of pixels do not say how large an image is",
                "--set height=");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void classesThatTrainingNeverSawAreNamed() throws IOException {
        Path zoo = folder.resolve("zoo");
        for (String kind : List.of("across", "zebra")) {
            Path file = zoo.resolve(kind).resolve("one.png");
            Files.createDirectories(file.getParent());
            Files.copy(file(0), file);
        }
        isRefused(
                CommandRun.of("evaluate", "--model=" + model, "--input=" + zoo),
                "label column 'className' has the value 'zebra'; known are across, down, plain",
                "--label-mapping");
        CommandRun mapped = CommandRun.of(
                "evaluate",
                "--model=" + model,
                "--input=" + zoo,
                "--label-mapping=across=0",
                "--label-mapping=zebra=0");
        assertThat(mapped.code()).as(mapped.err()).isZero();
        // Scoring asks for no label.
        assertThat(scored(model, zoo.toString()).count()).isEqualTo(2);
    }

    @Test
    void brokenFilesAreErrorsOrPassedOver() throws IOException {
        Path damaged = folder.resolve("damaged").resolve("across");
        Files.createDirectories(damaged);
        Files.copy(file(0), damaged.resolve("whole.png"));
        Files.write(damaged.resolve("half.png"), Arrays.copyOf(Files.readAllBytes(file(0)), 60));
        isRefused(
                CommandRun.of("score", "--model=" + model, "--input=" + damaged, "--output=" + folder.resolve("never")),
                "half.png",
                "handleInvalid");
        Path tolerant = folder.resolve("tolerant");
        CommandRun trained = train(
                training.toString(), "--algorithm=cnn-classifier", "--set=handleInvalid=null", "--output=" + tolerant);
        assertThat(trained.code()).as(trained.err()).isZero();
        Dataset<Row> scores = scored(tolerant, damaged.toString());
        assertThat(scores.where("isnan(prediction)").count()).isEqualTo(1);
        assertThat(scores.count()).isEqualTo(2);
    }

    @Test
    @RealData
    void theJobFileOfImagesRunsOnSignLanguageDigits() throws IOException {
        Path images = folder.resolve("signs");
        Files.createDirectories(images);
        FileUtil.unTar(
                RealData.Directory.file("sign-language-digits/sign-language-digits.tar.gz")
                        .toFile(),
                images.toFile());
        CommandRun trained = CommandRun.of(
                "train",
                "--job=../conf/train-images.json",
                "--input=" + images,
                "--set=network=simple-cnn",
                "--set=height=16",
                "--set=width=16",
                "--set=maxEpochs=1",
                "--progress=plain",
                "--output=" + folder.resolve("signs-model"));
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("9=9.0", "epoch 1/1  train-loss", "validation-accuracy");
    }

    /** The set's own split; a header, 64 pixels and the digit in each line. */
    @Test
    @RealData
    void digitsInACsvFileAreRead() {
        Path digits = folder.resolve("digits-model");
        CommandRun trained = CommandRun.of(
                "train",
                "--algorithm=cnn-classifier",
                "--input=" + RealData.Directory.file("digits/optdigits.tra.gz"),
                "--format=csv",
                "--label=last",
                "--test=" + RealData.Directory.file("digits/optdigits.tes.gz"),
                "--set=height=8",
                "--set=width=8",
                "--set=maxEpochs=4",
                "--set=batchSize=64",
                "--set=learningRate=0.002",
                "--set=schedule=one-cycle",
                "--progress=plain",
                "--output=" + digits);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("64 numeric and 0 string columns");
        System.out.println("[real data] digits by the command line, test accuracy " + trained.number("\naccuracy"));
        assertThat(trained.number("\naccuracy")).isGreaterThan(0.95);
    }
}
