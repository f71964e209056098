package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.sparkmlext.ml.stage.CheckedParams;

/** How tokens become numbers; see {@link TokenIndexer}. */
public interface TokenIndexerParams extends Params {

    String ZERO = "zero";
    String SKIP = "skip";

    default Param<String> inputCol() {
        return CheckedParams.ofText(
                this,
                "inputCol",
                "column of array of string, as Spark's Tokenizer, RegexTokenizer and StopWordsRemover give it (text; default"
                        + " words)");
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default Param<String> outputCol() {
        return CheckedParams.ofText(
                this,
                "outputCol",
                "output column: array of float, the number of each token, from 1 on in the order of vocabulary (text; default"
                        + " sequence)");
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default StringArrayParam vocabulary() {
        return CheckedParams.ofNames(
                this,
                "vocabulary",
                "the tokens that have a number, each once, such as the vocabulary of a CountVectorizerModel (default:"
                        + " undefined)",
                "at least one token, each once");
    }

    default String[] getVocabulary() {
        return getOrDefault(vocabulary());
    }

    default IntParam maxLength() {
        return CheckedParams.ofInt(
                this, "maxLength", "of a longer text the last so many numbers stay; 0 = all", ">= 0", 0, v -> v >= 0);
    }

    default int getMaxLength() {
        return (int) getOrDefault(maxLength());
    }

    default Param<String> handleUnknown() {
        return CheckedParams.ofChoice(
                this,
                "handleUnknown",
                "what to do with a token that is not in vocabulary; zero = it is 0, skip = it is left out",
                ZERO,
                List.of(ZERO, SKIP));
    }

    default String getHandleUnknown() {
        return getOrDefault(handleUnknown());
    }

    /** Called by the constructors. */
    static void setDefaults(TokenIndexerParams stage) {
        stage.setDefault(stage.inputCol(), "words");
        stage.setDefault(stage.outputCol(), "sequence");
        stage.setDefault(stage.maxLength(), 0);
        stage.setDefault(stage.handleUnknown(), ZERO);
    }
}
