package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StopWordsRemover;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.feature.TokenIndexer;
import org.sparkmlext.net.layer.EmbeddingLayer;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** From raw texts to classes in one pipeline, as docs/sequences.md has it. */
class TextPipelineTest {

    @TempDir
    Path directory;

    /** The pipeline of docs/sequences.md. */
    private static Pipeline pipeline(Dataset<Row> training, int leastTexts, int longest, LstmClassifier classifier) {
        RegexTokenizer tokenizer =
                new RegexTokenizer().setInputCol("text").setOutputCol("tokens").setPattern("[^a-z']+");
        StopWordsRemover remover = new StopWordsRemover()
                .setInputCol("tokens")
                .setOutputCol("words")
                .setStopWords(Arrays.stream(StopWordsRemover.loadDefaultStopWords("english"))
                        .filter(word -> !word.equals("not") && !word.equals("no") && !word.endsWith("n't"))
                        .toArray(String[]::new));
        String[] vocabulary = new CountVectorizer()
                .setInputCol("words")
                .setOutputCol("counts")
                .setVocabSize(5000)
                .setMinDF(leastTexts)
                .fit(remover.transform(tokenizer.transform(training)))
                .vocabulary();
        Arrays.sort(vocabulary);
        TokenIndexer indexer = new TokenIndexer()
                .setInputCol("words")
                .setOutputCol("sequence")
                .setVocabulary(vocabulary)
                .setMaxLength(longest);
        classifier
                .setSequenceCol("sequence")
                .setStandardization(false)
                .setNetwork(Network.sequence(0, 1)
                        .add("embedding", new EmbeddingLayer(vocabulary.length + 1, 16))
                        .dropout(0.3)
                        .add("lstm", RecurrentLayer.lstm(16).bidirectional().sequence())
                        .add("largest", new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX))
                        .from("lstm")
                        .add("mean", new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE))
                        .concat("largest", "mean")
                        .dropout(0.3)
                        .build());
        return new Pipeline().setStages(new PipelineStage[] {tokenizer, remover, indexer, classifier});
    }

    private static double accuracy(Dataset<Row> scored) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    }

    /** Opinions among words that say nothing; "not" turns the one that follows. Words alone do not tell: each may stand in either class. */
    private static Dataset<Row> opinions(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> filler = List.of("the", "film", "Actors", "story,", "on", "screen", "a", "music", "scene.", "and");
        List<Row> all = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            boolean isGood = random.nextBoolean();
            boolean isTurned = random.nextBoolean();
            StringBuilder text = new StringBuilder();
            int words = random.nextInt(3, 12);
            int place = random.nextInt(words);
            for (int word = 0; word < words; word++) {
                if (word == place) {
                    text.append(isTurned ? "was NOT " : "was ").append(isGood ? "good " : "bad! ");
                }
                text.append(filler.get(random.nextInt(filler.size()))).append(' ');
            }
            all.add(RowFactory.create(text.toString(), isGood != isTurned ? 1.0 : 0.0));
        }
        StructType schema = new StructType().add("text", DataTypes.StringType).add("label", DataTypes.DoubleType);
        return LocalSpark.session().createDataFrame(all, schema);
    }

    @Test
    void aPipelineFromTextToPredictionIsSavedAndLoaded() throws IOException {
        Dataset<Row> training = opinions(300, 1);
        PipelineModel model = pipeline(
                        training,
                        5,
                        20,
                        new LstmClassifier()
                                .setMaxEpochs(20)
                                .setBatchSize(16)
                                .setLearningRate(0.01)
                                .setNumThreads(1))
                .fit(training);
        Dataset<Row> others = opinions(200, 2);
        assertThat(accuracy(model.transform(others))).isGreaterThanOrEqualTo(0.95);

        String path = directory.resolve("model").toString();
        model.write().overwrite().save(path);
        PipelineModel loaded = PipelineModel.load(path);
        assertThat(loaded.transform(others)
                        .select("text", "probability", "prediction")
                        .collectAsList())
                .isEqualTo(model.transform(others)
                        .select("text", "probability", "prediction")
                        .collectAsList());
        // Nothing to read, and nothing that is known, are scored as well.
        Dataset<Row> strange = LocalSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create(""), RowFactory.create("zyzzyva")),
                        new StructType().add("text", DataTypes.StringType));
        List<Row> scored =
                loaded.transform(strange).select("sequence", "probability").collectAsList();
        assertThat(scored.get(0).getList(0)).isEqualTo(List.of(0f));
        assertThat(scored.get(1)).isEqualTo(scored.get(0));
    }

    /** Files of a class are numbered; every fifth tests. One says 0.50 by always saying the same. */
    @Test
    @RealData
    @Tag("full")
    void reviewsOfFilmsAreToldApart() throws IOException {
        FileUtil.unTar(
                RealData.Directory.file("movie-review-polarity/review_polarity.tar.gz")
                        .toFile(),
                directory.toFile());
        Dataset<Row> reviews = LocalSpark.session()
                .read()
                .option("wholetext", true)
                .text(
                        directory.resolve("txt_sentoken/neg").toUri().toString(),
                        directory.resolve("txt_sentoken/pos").toUri().toString())
                .select(
                        col("value").as("text"),
                        when(input_file_name().contains("/pos/"), 1.0)
                                .otherwise(0.0)
                                .as("label"),
                        regexp_extract(input_file_name(), "/cv(\\d+)_", 1)
                                .cast(DataTypes.IntegerType)
                                .mod(5)
                                .as("place"))
                .persist();
        Dataset<Row> training = reviews.where("place <> 4");
        PipelineModel model = pipeline(
                        training,
                        10,
                        150,
                        new LstmClassifier()
                                .setMaxEpochs(6)
                                .setBatchSize(32)
                                .setLearningRate(0.005)
                                .setSchedule("one-cycle")
                                .setNumWorkers(1))
                .fit(training);
        double accuracy = accuracy(model.transform(reviews.where("place = 4")));
        System.out.printf("[real data] movie-review-polarity test accuracy, a small lstm, 6 epochs: %.4f%n", accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.72);
        reviews.unpersist();
    }
}
