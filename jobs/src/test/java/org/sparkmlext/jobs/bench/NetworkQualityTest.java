package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

class NetworkQualityTest {
    @TempDir
    Path folder;

    @Test
    void aRowOfTheTableHasMeanAndDeviationOverSeeds() {
        assertThat(NetworkQuality.row(
                        NetworkRecipe.DIGITS,
                        200,
                        List.of(new NetworkTrial.Run(0.95, 10), new NetworkTrial.Run(0.97, 20))))
                .isEqualTo("| digits | 200 | accuracy | 2 | 0.9600 | 0.0141 | 0.9500 | 0.9700 | 15.0 |\n");
        assertThat(NetworkQuality.row(NetworkRecipe.DIGITS, 200, List.of(new NetworkTrial.Run(0.95, 10))))
                .isEqualTo("| digits | 200 | accuracy | 1 | 0.9500 |  | 0.9500 | 0.9500 | 10.0 |\n");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ImageSet.FASHION_MNIST.parts(LocalSpark.session(), folder, folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("data set 'fashion-mnist'")
                .hasMessageContaining("train-images-idx3-ubyte.gz does not exist");
    }

    @Test
    void everyRecipeIsAnEstimator() {
        for (NetworkRecipe recipe : NetworkRecipe.values()) {
            assertThat(recipe.estimator(Map.of("maxEpochs", "1"), 7).getMaxEpochs())
                    .isEqualTo(1);
        }
    }

    @Test
    @RealData
    @Tag("full")
    void validationAndTestRowsAreHeldOut() {
        Path data =
                RealData.Directory.file("digits/optdigits.tra.gz").getParent().getParent();
        NetworkSet.Parts parts = ImageSet.DIGITS.parts(LocalSpark.session(), data, folder);
        assertThat(parts.train().count()).isEqualTo(3823 - 3823 / 5);
        assertThat(parts.validation().count()).isEqualTo(3823 / 5);
        assertThat(parts.test().count()).isEqualTo(1797);

        NetworkSet.Parts signs = ImageSet.SIGN_LANGUAGE_DIGITS.parts(LocalSpark.session(), data, folder);
        // Classes of 204 to 208 files: every fifth, rounded down.
        assertThat(signs.test().count()).isEqualTo(409);
        Dataset<Row> all = signs.train().unionByName(signs.validation()).unionByName(signs.test());
        assertThat(all.count()).isEqualTo(2062);
        assertThat(all.select("label").distinct().count()).isEqualTo(10);
    }

    @Test
    @RealData
    @Tag("full")
    void accuracyOfTheValidationRowsIsMeasured() {
        Path data =
                RealData.Directory.file("digits/optdigits.tra.gz").getParent().getParent();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        new NetworkQuality(
                        new NetworkQuality.Plan(
                                List.of(NetworkRecipe.DIGITS), data, folder, 3, 1, false, Map.of("maxEpochs", "2")),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run(LocalSpark.session());
        String text = printed.toString(StandardCharsets.UTF_8);
        String run = text.lines()
                .filter(line -> line.startsWith("digits seed 3: validation accuracy "))
                .findFirst()
                .orElseThrow();
        assertThat(Double.parseDouble(run.replaceFirst(".*accuracy ([0-9.]+),.*", "$1")))
                .isGreaterThan(0.8);
        assertThat(text).contains("| digits | 764 | accuracy | 1 | ");
    }

    @Test
    @RealData
    @Tag("full")
    void sequencesAreSplitAsTheirOwnPagesSay() {
        Path data = RealData.Directory.file("ucr-small/ECG200_TRAIN.tsv.gz")
                .getParent()
                .getParent();
        NetworkSet.Parts demand = SequenceSet.ITALY_POWER_DEMAND.parts(LocalSpark.session(), data, folder);
        assertThat(demand.train().count() + demand.validation().count()).isEqualTo(67);
        assertThat(demand.test().count()).isEqualTo(1029);
        assertThat(demand.test()
                        .where("size(sequence) = 24 and label in (0, 1)")
                        .count())
                .isEqualTo(1029);
        NetworkSet.Parts movement = SequenceSet.INDOOR_MOVEMENT.parts(LocalSpark.session(), data, folder);
        assertThat(movement.test().count()).isEqualTo(62);
        Dataset<Row> all = movement.train().unionByName(movement.validation()).unionByName(movement.test());
        assertThat(all.where("label = 1").count()).isEqualTo(158);
        assertThat(all.selectExpr("min(size(sequence))", "max(size(sequence))").first())
                .isEqualTo(RowFactory.create(19, 129));
        NetworkSet.Parts hours = SequenceSet.ETTH1.parts(LocalSpark.session(), data, folder);
        assertThat(hours.train().count()).isEqualTo(8640);
        assertThat(hours.validation().count()).isEqualTo(2880);
        assertThat(hours.test().count()).isEqualTo(2880);
        Row moments = hours.train().selectExpr("avg(OT)", "stddev_pop(OT)").first();
        assertThat(moments.getDouble(0)).isBetween(-1e-9, 1e-9);
        assertThat(moments.getDouble(1)).isBetween(1 - 1e-9, 1 + 1e-9);
    }

    @Test
    @RealData
    @Tag("full")
    void errorsOfForecastsAreMeasured() {
        Path data = RealData.Directory.file("etth1/ETTh1.csv.gz").getParent().getParent();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        new NetworkQuality(
                        new NetworkQuality.Plan(
                                List.of(NetworkRecipe.ETTH1, NetworkRecipe.ETTH1_BY_CHANNEL),
                                data,
                                folder,
                                1,
                                1,
                                false,
                                Map.of("maxEpochs", "1", "network", "gru", "windowLength", "24")),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run(LocalSpark.session());
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("| etth1 | 2880 | MSE | 1 | ", "| etth1-by-channel | 2880 | MSE | 1 | ");
    }

    @Test
    void wordsOfTextsThatJudgeHaveNoNumber() {
        List<String> train = Collections.nCopies(10, "this film is not good");
        NetworkTrial.Split split = new TextTrial()
                .split(
                        new NetworkSet.Parts(texts(train), texts(List.of("dull, not good")), texts(List.of("dull"))),
                        false);
        List<Float> known = split.train().head().getList(0);
        // "this" and "is" say nothing.
        assertThat(known).hasSize(3).doesNotContain(0f);
        assertThat(split.heldOut().head().getList(0)).isEqualTo(known.subList(1, 3));
        assertThat(split.rows()).isEqualTo(1);
        NetworkTrial.Split onTest = new TextTrial()
                .split(
                        new NetworkSet.Parts(
                                texts(train),
                                texts(Collections.nCopies(10, "dull, not good")),
                                texts(List.of("dull and grey"))),
                        true);
        assertThat(onTest.train().count()).isEqualTo(20);
        // What validates trains here; "grey" is the test's own.
        assertThat(onTest.heldOut().head().<Float>getList(0)).hasSize(1).doesNotContain(0f);
    }

    private static Dataset<Row> texts(List<String> texts) {
        return LocalSpark.session()
                .createDataset(texts, Encoders.STRING())
                .selectExpr("value as text", "1.0D as label");
    }

    @Test
    @RealData
    @Tag("full")
    void reviewsAreSplitByTheirNumberAndClassified() {
        Path data = RealData.Directory.file("movie-review-polarity/review_polarity.tar.gz")
                .getParent()
                .getParent();
        NetworkSet.Parts reviews = TextSet.MOVIE_REVIEWS.parts(LocalSpark.session(), data, folder);
        assertThat(reviews.train().groupBy("label").count().orderBy("label").collectAsList())
                .containsExactly(RowFactory.create(0.0, 600L), RowFactory.create(1.0, 600L));
        assertThat(reviews.validation()
                        .groupBy("label")
                        .count()
                        .orderBy("label")
                        .collectAsList())
                .containsExactly(RowFactory.create(0.0, 200L), RowFactory.create(1.0, 200L));
        assertThat(reviews.test().count()).isEqualTo(400);
        assertThat(reviews.train()
                        .unionByName(reviews.validation())
                        .unionByName(reviews.test())
                        .distinct()
                        .count())
                .isEqualTo(2000);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        new NetworkQuality(
                        new NetworkQuality.Plan(
                                List.of(NetworkRecipe.MOVIE_REVIEWS),
                                data,
                                folder,
                                1,
                                1,
                                false,
                                Map.of("maxEpochs", "1", "windowLength", "50")),
                        new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run(LocalSpark.session());
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("| movie-reviews | 400 | accuracy | 1 | ");
    }
}
