package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StopWordsRemover;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.SequenceShape;
import org.sparkmlext.testing.LocalSpark;

class TokenIndexerTest {

    private static Dataset<Row> texts(String... texts) {
        return LocalSpark.session()
                .createDataset(Arrays.asList(texts), Encoders.STRING())
                .toDF("text");
    }

    private static Dataset<Row> words(String... texts) {
        return texts(texts).selectExpr("if(text = '', array(), split(text, ' ')) as words");
    }

    private static TokenIndexer indexer() {
        return new TokenIndexer().setVocabulary(new String[] {"film", "good", "bad"});
    }

    private static List<List<Float>> numbers(TokenIndexer indexer, Dataset<Row> words) {
        return indexer.transform(words).select("sequence").collectAsList().stream()
                .map(row -> row.isNullAt(0) ? List.<Float>of() : row.<Float>getList(0))
                .toList();
    }

    @Test
    void aTokenIsItsPlaceInTheVocabularyAndOthersAreZero() {
        Dataset<Row> words = words("a good film", "bad", "");
        assertThat(numbers(indexer(), words)).containsExactly(List.of(0f, 2f, 1f), List.of(3f), List.of(0f));
        assertThat(numbers(indexer().setHandleUnknown("skip"), words))
                .containsExactly(List.of(2f, 1f), List.of(3f), List.of(0f));
    }

    @Test
    void theLastTokensOfALongTextStay() {
        Dataset<Row> sequences = indexer().setMaxLength(2).transform(words("bad bad good film"));
        assertThat(sequences.head().getList(1)).isEqualTo(List.of(2f, 1f));
        assertThat(SequenceMetadata.shape(sequences.schema().apply("sequence"))).contains(new SequenceShape(2, 1));
        assertThat(SequenceMetadata.shape(
                        indexer().transform(words("a")).schema().apply("sequence")))
                .isEmpty();
    }

    @Test
    void nullsStay() {
        Dataset<Row> words = words("good").selectExpr("if(size(words) > 5, words, null) as words");
        assertThat(indexer().transform(words).head().isNullAt(1)).isTrue();
    }

    @Test
    void theVocabularyIsThatOfSparksCountVectorizer() {
        Dataset<Row> texts = texts("The film was good, good!", "A bad film; the film");
        var words = new Pipeline()
                .setStages(new PipelineStage[] {
                    new RegexTokenizer()
                            .setInputCol("text")
                            .setOutputCol("tokens")
                            .setPattern("\\W+"),
                    new StopWordsRemover().setInputCol("tokens").setOutputCol("words")
                })
                .fit(texts)
                .transform(texts);
        String[] vocabulary = new CountVectorizer()
                .setInputCol("words")
                .setOutputCol("counts")
                .setVocabSize(2)
                .fit(words)
                .vocabulary();
        assertThat(vocabulary).containsExactly("film", "good");
        assertThat(numbers(new TokenIndexer().setVocabulary(vocabulary), words))
                .containsExactly(List.of(1f, 2f, 2f), List.of(0f, 1f, 1f));
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatThrownBy(() -> indexer().setInputCol("text").transform(texts("a")))
                .hasMessageContaining("column 'text' (inputCol) has type string")
                .hasMessageContaining("RegexTokenizer");
        assertThatThrownBy(() -> new TokenIndexer().transform(words("a")))
                .hasMessageContaining("vocabulary is not set");
        assertThatThrownBy(() -> indexer().setVocabulary(new String[] {"a", "a"}))
                .hasMessageContaining("each");
    }
}
