package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** Public sets of texts: columns {@code text} and {@code label}. */
public enum TextSet implements NetworkSet {
    /**
     * Reviews of films, 1,000 that praise (label 1) and 1,000 that do not. Files of a class are numbered from 0: those whose number leaves 4
     * when divided by 5 are the test set; those that leave 3 validate.
     */
    MOVIE_REVIEWS;

    private static final String ARCHIVE = "review_polarity.tar.gz";

    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String folder() {
        return "movie-review-polarity";
    }

    @Override
    public List<String> files() {
        return List.of(ARCHIVE);
    }

    @Override
    public NetworkTrial trial() {
        return new TextTrial();
    }

    @Override
    public Parts read(SparkSession session, Path folder, Path work) throws IOException {
        Path texts = NetworkSet.unpacked(folder.resolve(ARCHIVE), work, text()).resolve("txt_sentoken");
        Dataset<Row> reviews = session.read()
                .option("wholetext", true)
                .text(
                        texts.resolve("neg").toUri().toString(),
                        texts.resolve("pos").toUri().toString())
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
        return new Parts(
                reviews.where(col("place").lt(3)).drop("place"),
                reviews.where(col("place").equalTo(3)).drop("place"),
                reviews.where(col("place").equalTo(4)).drop("place"));
    }
}
