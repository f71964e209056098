package org.sparkmlext.ml.neural;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.ml.stage.OutputValues;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ScorerPool;

/** A fitted network on the columns that a model's Params name; what every such model scores with. */
record NetworkTransform(NetworkColumn rows, FittedNetwork fitted) {

    private NetworkParams stage() {
        return rows.stage();
    }

    private Architecture architecture() {
        return fitted.architecture();
    }

    /** Values a row has. */
    int width() {
        return architecture().input().rowLength();
    }

    /** Made-up names of the values of a row. */
    List<String> featureNames() {
        String name = rows.name();
        return IntStream.range(0, width()).mapToObj(i -> name + "_" + i).toList();
    }

    /** What scores single rows. */
    NetworkScores scores() {
        return new NetworkScores(fitted, key(""), width());
    }

    private ScorerPool.Key key(String embeddings) {
        return new ScorerPool.Key(fitted.digest(), stage().getDevice(), stage().getPrecision(), 1, embeddings);
    }

    /**
     * The schema with the column of embeddings, where one is wanted, after the model's own.
     *
     * @param schema of the data, whose column of rows is checked
     * @param withColumns the same with the model's own columns
     * @throws IllegalArgumentException if the column of rows is missing or of a wrong type, or there is no embeddingsLayer
     */
    StructType schema(StructType schema, StructType withColumns) {
        rowValues(schema);
        return NetworkPlan.withEmbeddings(stage(), withColumns, numEmbeddings());
    }

    private String embeddingsLayer() {
        return stage().getEmbeddingsLayer().isEmpty() ? architecture().beforeLast() : stage().getEmbeddingsLayer();
    }

    /** Length of the vectors of embeddings; 0 where none are wanted. */
    private int numEmbeddings() {
        return stage().getEmbeddingsCol().isEmpty() ? 0 : architecture().numValues(embeddingsLayer());
    }

    /**
     * Scores the rows by batches.
     *
     * @param out schema of the result
     * @param values what stands in the model's own columns
     */
    Dataset<Row> apply(Dataset<?> data, StructType out, OutputValues values) {
        NetworkRowValues read = rowValues(data.schema());
        int embeddings = numEmbeddings();
        NetworkScoring scoring = new NetworkScoring(
                fitted,
                key(embeddings == 0 ? "" : embeddingsLayer()),
                data.schema().fieldIndex(read.column()),
                read,
                stage().getHandleInvalid(),
                values,
                embeddings);
        // An encoder's columns have no metadata; they are put back, an image's size among them.
        Column[] columns = Arrays.stream(out.fields())
                .map(field -> functions
                        .col("`" + field.name().replace("`", "``") + "`")
                        .as(field.name(), field.metadata()))
                .toArray(Column[]::new);
        return data.toDF().mapPartitions(scoring, Encoders.row(out)).select(columns);
    }

    private NetworkRowValues rowValues(StructType schema) {
        StructField column = rows.field(schema);
        FeatureForm form = RowReader.form(column.dataType())
                .orElseThrow(() -> new IllegalArgumentException("column '" + column.name() + "' has type "
                        + column.dataType().simpleString()
                        + "; allowed: binary, array of numbers, vector, Spark's image struct"));
        return new WholeRowValues(
                column.name(), form, width(), architecture().input().takesBytes());
    }
}
