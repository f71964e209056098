package org.sparkmlext.ml.feature;

import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.SequenceShape;
import org.sparkmlext.ml.stage.FeatureColumns;

/**
 * Tokens of texts to sequences of numbers, as a network's layer {@code embedding} takes them: a token's number is its place in
 * {@code vocabulary}, from 1 on; 0 is for those that are not in it. The vocabulary is best that of Spark's {@code CountVectorizer}, the
 * most frequent first, fitted on texts to train on.
 *
 * <p>The output is one feature a step: an array of as many floats as the text has tokens, at most {@code maxLength}. A text without any is
 * a single 0, because a sequence has at least one step; a null stays null.
 *
 * <p>Errors: a missing or wrongly typed column, an output column that exists, no vocabulary, or one of more than 2^24 tokens, which floats
 * cannot tell apart, give an {@link IllegalArgumentException} before any data is read.
 */
public final class TokenIndexer extends Transformer implements TokenIndexerParams, DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private static final int MOST_TOKENS = 1 << 24;

    private final String uid;

    public TokenIndexer() {
        this(Identifiable$.MODULE$.randomUID("tokenIndexer"));
    }

    public TokenIndexer(String uid) {
        this.uid = uid;
        TokenIndexerParams.setDefaults(this);
    }

    /** Reader of saved indexers; Spark's Pipeline calls it. */
    public static MLReader<TokenIndexer> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved indexer. */
    public static TokenIndexer load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public TokenIndexer copy(ParamMap extra) {
        return (TokenIndexer) defaultCopy(extra);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        StructField input = FeatureColumns.find(schema, getInputCol(), "inputCol");
        if (!(input.dataType() instanceof ArrayType array && array.elementType() instanceof StringType)) {
            throw new IllegalArgumentException("column '" + input.name() + "' (inputCol) has type "
                    + input.dataType().simpleString()
                    + "; allowed: array of string. Cut texts into tokens with Tokenizer or RegexTokenizer.");
        }
        if (!isDefined(vocabulary())) {
            throw new IllegalArgumentException(
                    "vocabulary is not set; set it to the tokens that have a number, such as CountVectorizerModel.vocabulary()");
        }
        if (getVocabulary().length > MOST_TOKENS) {
            throw new IllegalArgumentException("vocabulary has " + getVocabulary().length + " tokens; allowed: at most "
                    + MOST_TOKENS + ". Limit it with vocabSize or minDF of CountVectorizer.");
        }
        return FeatureColumns.append(
                schema,
                new StructField(
                        getOutputCol(), DataTypes.createArrayType(DataTypes.FloatType, false), true, metadata()));
    }

    private Metadata metadata() {
        return getMaxLength() == 0 ? Metadata.empty() : SequenceMetadata.of(new SequenceShape(getMaxLength(), 1));
    }

    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        transformSchema(data.schema());
        UserDefinedFunction step = functions
                .udf(
                        new TokenStep(
                                getVocabulary(),
                                getMaxLength(),
                                getHandleUnknown().equals(SKIP)),
                        DataTypes.createArrayType(DataTypes.FloatType, false))
                .withName("index_tokens");
        Column numbers = step.apply(FeatureColumns.byName(getInputCol()));
        return data.toDF().select(functions.col("*"), numbers.as(getOutputCol(), metadata()));
    }

    private TokenIndexer same(Object ignored) {
        return this;
    }

    public TokenIndexer setInputCol(String value) {
        return same(set(inputCol(), value));
    }

    public TokenIndexer setOutputCol(String value) {
        return same(set(outputCol(), value));
    }

    public TokenIndexer setVocabulary(String[] value) {
        return same(set(vocabulary(), value));
    }

    public TokenIndexer setMaxLength(int value) {
        return same(set(maxLength(), value));
    }

    public TokenIndexer setHandleUnknown(String value) {
        return same(set(handleUnknown(), value));
    }
}
