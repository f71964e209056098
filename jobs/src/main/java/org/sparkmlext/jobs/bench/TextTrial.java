package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Set;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StopWordsRemover;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.ml.feature.TokenIndexer;
import org.sparkmlext.ml.neural.LstmClassifier;
import org.sparkmlext.ml.neural.Network;
import org.sparkmlext.ml.neural.NetworkParams;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.EmbeddingLayer;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.RecurrentLayer;

/**
 * Classes of texts, judged as {@link ClassTrial} does. Texts are cut into words, and words numbered by a vocabulary of the texts that
 * train, which knows nothing of those that judge.
 */
record TextTrial() implements NetworkTrial {

    /** More words than ever have a number. */
    private static final int VOCABULARY = 8000;
    /** A word that fewer texts have has no number. */
    private static final int LEAST_TEXTS = 10;
    /** Of longer texts the last words stay. */
    private static final int LONGEST = 400;
    /** Stop words that stay, because they turn around or weigh what is said. */
    private static final Set<String> SAYING = Set.of("no", "nor", "not", "only", "but", "few", "very", "too");

    /** Of the recipe: what the LSTM says of its words in both directions, the strongest of it and its mean. */
    static final Network NETWORK = Network.sequence(SequenceInput.OPEN, 1)
            .add("embedding", new EmbeddingLayer(VOCABULARY + 1, 32))
            .dropout(0.5)
            .add("lstm", RecurrentLayer.lstm(32).bidirectional().sequence())
            .add("largest", new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX))
            .from("lstm")
            .add("mean", new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE))
            .concat("largest", "mean")
            .dropout(0.5)
            .build();

    private static final ClassTrial CLASSES = new ClassTrial(true);

    @Override
    public String figure() {
        return CLASSES.figure();
    }

    @Override
    public NetworkParams estimator(long seed) {
        return ((LstmClassifier) CLASSES.estimator(seed)).setStandardization(false);
    }

    @Override
    public Split split(NetworkSet.Parts parts, boolean onTest) {
        Split texts = CLASSES.split(parts, onTest);
        Transformer sequences = sequences(texts.train());
        return new Split(
                sequences.transform(texts.train()).select("sequence", "label").persist(),
                sequences.transform(texts.heldOut()).select("sequence", "label").persist(),
                texts.rows());
    }

    @Override
    public Run run(NetworkParams estimator, Split split, PrintStream out) {
        return CLASSES.run(estimator, split, out);
    }

    /** From texts to numbers of words, those of the training texts. */
    private static Transformer sequences(Dataset<Row> training) {
        RegexTokenizer tokenizer =
                new RegexTokenizer().setInputCol("text").setOutputCol("tokens").setPattern("[^a-z']+");
        StopWordsRemover remover = new StopWordsRemover()
                .setInputCol("tokens")
                .setOutputCol("words")
                .setStopWords(Arrays.stream(StopWordsRemover.loadDefaultStopWords("english"))
                        .filter(word -> !SAYING.contains(word) && !word.endsWith("n't"))
                        .toArray(String[]::new));
        String[] vocabulary = new CountVectorizer()
                .setInputCol("words")
                .setOutputCol("counts")
                .setVocabSize(VOCABULARY)
                .setMinDF(LEAST_TEXTS)
                .fit(remover.transform(tokenizer.transform(training)))
                .vocabulary();
        // Words that are equally frequent come in any order.
        Arrays.sort(vocabulary);
        TokenIndexer indexer = new TokenIndexer()
                .setInputCol("words")
                .setOutputCol("sequence")
                .setVocabulary(vocabulary)
                .setMaxLength(LONGEST)
                .setHandleUnknown("skip");
        return new Pipeline()
                .setStages(new PipelineStage[] {tokenizer, remover, indexer})
                .fit(training);
    }
}
