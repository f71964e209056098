package org.sparkmlext.ml.neural;

import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.data.FeatureForm;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.stage.OutputValues;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ScorerPool;
import org.sparkmlext.net.SequenceInput;

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
        Optional<NetworkEvents> events = NetworkEvents.of(stage());
        if (events.isPresent()) {
            List<String> inputs = events.get().inputs();
            return IntStream.range(0, width())
                    .mapToObj(i -> inputs.get(i % inputs.size()) + "_" + i / inputs.size())
                    .toList();
        }
        String name = rows.name();
        return IntStream.range(0, width()).mapToObj(i -> name + "_" + i).toList();
    }

    /** What scores single rows. */
    NetworkScores scores() {
        return new NetworkScores(fitted, key(""), width());
    }

    private ScorerPool.Key key(String embeddings) {
        return new ScorerPool.Key(fitted.digest(), stage().getDevice(), stage().getPrecision(), embeddings);
    }

    /**
     * The schema with the column of embeddings, where one is wanted, after the model's own.
     *
     * @param schema of the data, whose column of rows is checked
     * @param withColumns the same with the model's own columns
     * @throws IllegalArgumentException if the column of rows is missing or of a wrong type, or there is no embeddingsLayer
     */
    StructType schema(StructType schema, StructType withColumns) {
        StructType all = NetworkPlan.withEmbeddings(stage(), withColumns, numEmbeddings());
        Optional<NetworkEvents> events = NetworkEvents.of(stage());
        if (events.isEmpty()) {
            rowValues(schema);
            return all;
        }
        // Only columns are looked at, whatever the session's zone.
        events.get().scored(schema, ZoneOffset.UTC);
        requireFeatures(events.get().inputs());
        return nullable(all, schema.size());
    }

    private void requireFeatures(List<String> inputs) {
        int features = sequence().features();
        if (inputs.size() != features) {
            throw new IllegalArgumentException("inputCols is " + inputs + "; this model was trained on steps of "
                    + features + " features. Name the columns that it was trained on.");
        }
    }

    /** The schema with all columns from one on nullable: rows at the beginning of a series have no window. */
    private static StructType nullable(StructType schema, int from) {
        StructType changed = new StructType();
        for (int i = 0; i < schema.size(); i++) {
            StructField field = schema.fields()[i];
            changed = changed.add(
                    i < from ? field : new StructField(field.name(), field.dataType(), true, field.metadata()));
        }
        return changed;
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
        int embeddings = numEmbeddings();
        Optional<NetworkEvents> events = NetworkEvents.of(stage());
        RowSource source;
        Dataset<Row> in;
        if (events.isPresent()) {
            source = events.get().source(data, sequence());
            in = events.get().sorted(data);
        } else {
            NetworkRowValues read = rowValues(data.schema());
            source = new ColumnSource(data.schema().fieldIndex(read.column()), read, stage().getHandleInvalid());
            in = data.toDF();
        }
        NetworkScoring scoring = new NetworkScoring(
                fitted,
                key(embeddings == 0 ? "" : embeddingsLayer()),
                source,
                values,
                out.size() - data.schema().size() - (embeddings > 0 ? 1 : 0),
                embeddings);
        // An encoder's columns have no metadata; they are put back, an image's size among them.
        Column[] columns = Arrays.stream(out.fields())
                .map(field -> NetworkEvents.byName(field.name()).as(field.name(), field.metadata()))
                .toArray(Column[]::new);
        return in.mapPartitions(scoring, Encoders.row(out)).select(columns);
    }

    /** The network's input, which is for sequences; else an {@link IllegalArgumentException}. */
    SequenceInput sequence() {
        if (architecture().input() instanceof SequenceInput sequence) {
            return sequence;
        }
        throw new IllegalArgumentException("timeCol is set, but the model's network takes a "
                + architecture().input().describe() + "; events are read by networks for sequences");
    }

    private NetworkRowValues rowValues(StructType schema) {
        StructField column = rows.field(schema);
        if (architecture().input() instanceof SequenceInput sequence) {
            FeatureColumns.checkSequences(schema, column.name(), rows.source().param());
            return SequenceRowValues.of(column.name(), sequence);
        }
        FeatureForm form = RowReader.form(column.dataType())
                .orElseThrow(() -> new IllegalArgumentException("column '" + column.name() + "' has type "
                        + column.dataType().simpleString()
                        + "; allowed: binary, array of numbers, vector, Spark's image struct"));
        return new WholeRowValues(
                column.name(), form, width(), architecture().input().takesBytes());
    }
}
