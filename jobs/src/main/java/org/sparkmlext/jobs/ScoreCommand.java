package org.sparkmlext.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.table.TableFormat;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.OutputDirectory;
import org.sparkmlext.ml.training.Training;
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
                        + " were texts 'predictedLabel', and as arrays the vectors that leafCol, quantilesCol, predictionsCol and embeddingsCol"
                        + " name. Events come by series and time, with nulls before the first whole window.")
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
    TableArguments table;

    @Option(names = "--model", description = "Directory of the model.")
    @Nullable
    String model;

    @Option(names = "--input", description = "Table, or folder of images, to score; it needs no label.")
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
            description = "Columns of the input to carry over (default: all but vectors, pixels and sequences).")
    @Nullable
    List<String> keep;

    @Option(
            names = "--forecast",
            description =
                    "Of a model that forecasts events: write what follows the last event of each series, a row a step and"
                            + " target, in place of the input's rows.")
    boolean forecast;

    @Option(names = "--overwrite", description = "Replace the output if it exists.")
    boolean overwrite;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String path = Main.required(model, "--model");
        String from = Main.required(input, "--input");
        String to = Main.required(output, "--output");
        if (outputFormat != TableFormat.CSV && outputFormat != TableFormat.PARQUET) {
            throw new BadInputException("--output-format must be csv or parquet, got "
                    + outputFormat.name().toLowerCase(Locale.ROOT));
        }
        SparkSession session = SessionOptions.session("spark-ml-ext score");
        OutputDirectory directory =
                OutputDirectory.claim(to, overwrite, session.sparkContext().hadoopConfiguration());
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(path);
        TableLayout layout = layoutOf(loaded, path).reading(table.options(), from);
        Dataset<Row> rows = new TableReader(session, CommandLineNames.NAMES).read(from, layout, false);
        Transformer scoring = ModelDirectory.on(from, loaded.model(), session);
        write(forecast ? forecasts(loaded, rows) : scored(scoring, rows, layout, keep), outputFormat, directory);
        out.println("scored " + from + ": " + directory.path());
        return 0;
    }

    private Dataset<Row> forecasts(ModelDirectory.Loaded loaded, Dataset<Row> rows) {
        if (keep != null) {
            throw new BadInputException(
                    "--keep carries columns of rows over, but --forecast writes what follows the last of them;"
                            + " leave one of the two out");
        }
        if (!(loaded.trained() instanceof LstmRegressionModel forecaster)) {
            throw new BadInputException("--forecast wants a model of lstm-regressor on events, got "
                    + loaded.trained().getClass().getSimpleName());
        }
        return forecaster.forecast(rows);
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
            if (!own.contains(name) && (keep != null || !isHidden(rows, name, layout))) {
                columns.add(col("`" + name.replace("`", "``") + "`"));
            }
        }
        columns.add(col(PREDICTION));
        Dataset<Row> scored = model.transform(rows);
        List<String> made = new ArrayList<>(Arrays.asList(scored.columns()));
        made.removeAll(Arrays.asList(rows.columns()));
        if (made.contains(PROBABILITY)) {
            Column probability = array(PROBABILITY);
            boolean isOfTwo = AttributeGroup.fromStructField(scored.schema().apply(PROBABILITY))
                            .size()
                    == 2;
            columns.add((isOfTwo ? probability.getItem(1) : probability).as(PROBABILITY));
        }
        if (!layout.labelValues().isEmpty()) {
            columns.add(labelText(layout.labelValues()).as(PREDICTED_LABEL));
        }
        made.removeAll(List.of(PREDICTION, PROBABILITY, RAW_PREDICTION, Training.PREPARED));
        for (String name : made) {
            if (scored.schema().apply(name).dataType().equals(SQLDataTypes.VectorType())) {
                columns.add(array(name).as(name));
            }
        }
        return scored.select(columns.toArray(new Column[0]));
    }

    /** Vectors, pixels and sequences would make the scored table as large as the input; a path says which image it is. */
    private static boolean isHidden(Dataset<Row> rows, String name, TableLayout layout) {
        return name.equals(layout.rowColumn())
                && !rows.schema().apply(name).dataType().equals(DataTypes.StringType);
    }

    /** A vector column as arrays; null where an event has no whole window yet. */
    private static Column array(String name) {
        Column vector = col("`" + name.replace("`", "``") + "`");
        return when(vector.isNotNull(), functions.vector_to_array(vector, "float64"));
    }

    /** The first text that means the predicted class. */
    private static Column labelText(Map<String, Double> values) {
        Map<Double, String> texts = new LinkedHashMap<>();
        values.forEach((text, number) -> texts.putIfAbsent(number, text));
        // Not getItem: Spark 3.5 takes no column as a key there.
        return try_element_at(
                map(texts.entrySet().stream()
                        .flatMap(entry -> Stream.of(lit(entry.getKey()), lit(entry.getValue())))
                        .toArray(Column[]::new)),
                col(PREDICTION));
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
