package org.sparkmlext.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.model.ModelDirectory;
import org.sparkmlext.jobs.model.OutputDirectory;
import org.sparkmlext.jobs.table.TableFormat;
import org.sparkmlext.jobs.table.TableLayout;
import org.sparkmlext.jobs.table.TableOptions;
import org.sparkmlext.jobs.table.TableReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a saved model's predictions for a table. */
@Command(
        name = "score",
        description =
                "Writes a table with a saved model's predictions: its own columns, then 'prediction' (a class, or a"
                        + " number), of a classifier 'probability' (of label 1; of more than two classes an array), where labels"
                        + " were texts 'predictedLabel', and as arrays the vectors that leafCol and quantilesCol name.")
final class ScoreCommand implements Callable<Integer> {
    private static final String PREDICTION = "prediction";
    private static final String PROBABILITY = "probability";
    private static final String RAW_PREDICTION = "rawPrediction";
    private static final String PREDICTED_LABEL = "predictedLabel";

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    TableOptions table;

    @Option(names = "--model", description = "Directory of the model.")
    @Nullable
    String model;

    @Option(names = "--input", description = "Table to score; it needs no label.")
    @Nullable
    String input;

    @Option(names = "--output", description = "Directory of the scored table.")
    @Nullable
    String output;

    @Option(names = "--output-format", description = "csv or parquet.", defaultValue = "PARQUET")
    TableFormat outputFormat = TableFormat.PARQUET;

    @Option(
            names = "--keep",
            split = ",",
            description = "Columns of the input to carry over (default: all but vectors).")
    @Nullable
    List<String> keep;

    @Option(names = "--overwrite", description = "Replace the output if it exists.")
    boolean overwrite;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String path = Main.required(model, "--model");
        String from = Main.required(input, "--input");
        String to = Main.required(output, "--output");
        if (outputFormat == TableFormat.LIBSVM) {
            throw new BadInputException("--output-format must be csv or parquet, got libsvm");
        }
        SparkSession session = SessionOptions.session("spark-ml-ext score");
        OutputDirectory directory =
                OutputDirectory.claim(to, overwrite, session.sparkContext().hadoopConfiguration());
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(path);
        TableLayout layout = layoutOf(loaded, path).reading(table, from);
        Dataset<Row> rows = new TableReader(session).read(from, layout, false);
        write(scored(loaded.model(), rows, layout, keep), outputFormat, directory);
        out.println("scored " + from + ": " + directory.path());
        return 0;
    }

    /** How the model's training table was read. */
    static TableLayout layoutOf(ModelDirectory.Loaded loaded, String path) {
        TableLayout layout = loaded.layout();
        if (layout == null) {
            throw new BadInputException(
                    "model '" + path + "' was not saved by 'spark-ml-ext train' (no _table.json), so"
                            + " how to read a table for it is not known; use it from Spark: load(path).transform(dataFrame)");
        }
        return layout;
    }

    /** The kept columns and the predictions. */
    static Dataset<Row> scored(Transformer model, Dataset<Row> rows, TableLayout layout, @Nullable List<String> keep) {
        List<Column> columns = new ArrayList<>();
        Set<String> own = Set.of(PREDICTION, PROBABILITY, PREDICTED_LABEL);
        for (String name : keep != null ? keep : Arrays.asList(rows.columns())) {
            if (!Arrays.asList(rows.columns()).contains(name)) {
                throw new BadInputException(
                        "--keep: " + NearestName.unknown("column", name, Arrays.asList(rows.columns())));
            }
            if (!own.contains(name) && (keep != null || !name.equals(layout.vector()))) {
                columns.add(col("`" + name.replace("`", "``") + "`"));
            }
        }
        columns.add(col(PREDICTION));
        Dataset<Row> scored = model.transform(rows);
        List<String> made = new ArrayList<>(Arrays.asList(scored.columns()));
        made.removeAll(Arrays.asList(rows.columns()));
        if (made.contains(PROBABILITY)) {
            Column probability = functions.vector_to_array(col(PROBABILITY), "float64");
            boolean isOfTwo = AttributeGroup.fromStructField(scored.schema().apply(PROBABILITY))
                            .size()
                    == 2;
            columns.add((isOfTwo ? probability.getItem(1) : probability).as(PROBABILITY));
        }
        if (!layout.labelValues().isEmpty()) {
            columns.add(labelText(layout.labelValues()).as(PREDICTED_LABEL));
        }
        made.removeAll(List.of(PREDICTION, PROBABILITY, RAW_PREDICTION));
        for (String name : made) {
            if (scored.schema().apply(name).dataType().equals(SQLDataTypes.VectorType())) {
                columns.add(functions
                        .vector_to_array(col("`" + name.replace("`", "``") + "`"), "float64")
                        .as(name));
            }
        }
        return scored.select(columns.toArray(new Column[0]));
    }

    /** The first text that means the predicted class. */
    private static Column labelText(Map<String, Double> values) {
        Column text = lit(null).cast("string");
        List<Map.Entry<String, Double>> entries = new ArrayList<>(values.entrySet());
        for (int i = entries.size() - 1; i >= 0; i--) {
            text = when(
                            col(PREDICTION).equalTo(entries.get(i).getValue()),
                            lit(entries.get(i).getKey()))
                    .otherwise(text);
        }
        return text;
    }

    /** CSV has no arrays: they become JSON. */
    private static Dataset<Row> withArraysAsText(Dataset<Row> rows) {
        Column[] columns = Arrays.stream(rows.schema().fields())
                .map(field -> {
                    Column column = col("`" + field.name().replace("`", "``") + "`");
                    return field.dataType() instanceof ArrayType
                            ? to_json(column).as(field.name())
                            : column;
                })
                .toArray(Column[]::new);
        return rows.select(columns);
    }

    static void write(Dataset<Row> rows, TableFormat format, OutputDirectory directory) {
        directory.write(path -> {
            DataFrameWriter<Row> writer = rows.write();
            if (format == TableFormat.CSV) {
                writer = withArraysAsText(rows).write();
                writer.option("header", true).csv(path.toString());
            } else {
                writer.parquet(path.toString());
            }
        });
    }
}
