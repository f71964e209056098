package org.sparkmlext.ml.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.feature.ImageFolder;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.input.OptionNames;

/**
 * Reads CSV, Parquet and LibSVM tables, and folders of images as tables of their paths. A CSV column is numeric if every value present is a number, else a string; spaces
 * around fields are dropped. Files that Hadoop can unpack ({@code .gz}) are unpacked.
 */
public final class TableReader {
    private final SparkSession session;
    private final OptionNames names;

    /** @param names how options are spelled where they are given */
    public TableReader(SparkSession session, OptionNames names) {
        this.session = session;
        this.names = names;
    }

    /**
     * Reads a table to train on and finds its layout: one pass over a CSV file for the types, one over a string label for
     * its values.
     *
     * @throws BadInputException if a named column is missing, the label can be neither classes nor numbers, or a column has a type that
     *     cannot be a feature
     */
    public Table readForTraining(String path, TableOptions options, TableUse use) {
        TableFormat format = options.formatOf(path, use.features());
        RawTable raw = format == TableFormat.CSV
                ? RawTable.csv(session, path, CsvShape.of(path, options))
                : RawTable.of(load(format, path, 0, true), options.missingOrNone());
        return table(raw, path, format, options, use);
    }

    /**
     * The same of rows that are there already, whose columns have types as a Parquet file's do.
     *
     * @param source what messages call them
     */
    public Table ofRows(Dataset<Row> rows, String source, TableOptions options, TableUse use) {
        return table(RawTable.of(rows, options.missingOrNone()), source, TableFormat.PARQUET, options, use);
    }

    private Table table(RawTable raw, String path, TableFormat format, TableOptions options, TableUse use) {
        TableLayout layout = new LayoutFinder(path, format, options, use).of(raw);
        return new Table(prepare(raw, layout, path, true), layout);
    }

    /**
     * Reads a table the way a model was trained.
     *
     * @param withLabel whether the label (and weight) column is wanted; it must then be there
     * @throws BadInputException if a column is missing or has the wrong type
     */
    public Dataset<Row> read(String path, TableLayout layout, boolean withLabel) {
        RawTable raw = layout.format() == TableFormat.CSV
                ? RawTable.csv(session, path, CsvShape.of(layout))
                : RawTable.of(load(layout.format(), path, layout.rowLength(), withLabel), layout.missing());
        return prepare(raw, layout, path, withLabel);
    }

    /**
     * The same of rows that are there already.
     *
     * @param source what messages call them
     */
    public Dataset<Row> ofRows(Dataset<Row> rows, String source, TableLayout layout, boolean withLabel) {
        return prepare(RawTable.of(rows, layout.missing()), layout, source, withLabel);
    }

    private Dataset<Row> load(TableFormat format, String path, int vectorSize, boolean withLabel) {
        if (format == TableFormat.IMAGES) {
            return images(path, withLabel);
        }
        DataFrameReader reader = session.read();
        if (format == TableFormat.PARQUET) {
            return reader.parquet(path);
        }
        if (vectorSize > 0) {
            reader = reader.option("numFeatures", Integer.toString(vectorSize));
        }
        return reader.format("libsvm").load(path);
    }

    /** The files' paths, and their classes where labels are wanted; what is in a file is read when it is needed. */
    private Dataset<Row> images(String path, boolean withLabel) {
        try {
            return withLabel
                    ? ImageFolder.read(session, path).select(TableFormat.PATH, TableFormat.CLASS_NAME)
                    : ImageFolder.files(session, path).select(TableFormat.PATH);
        } catch (IOException unreachable) {
            throw new BadInputException(path + " cannot be read: " + unreachable.getMessage(), unreachable);
        }
    }

    /**
     * Rows as a model wants them that was trained on this layout: features are cast, texts that mean missing become null. Columns that it
     * does not read stay as they are.
     *
     * @param source what messages call them
     * @throws BadInputException if a column is missing
     */
    public static Dataset<Row> toScore(Dataset<Row> rows, String source, TableLayout layout) {
        Set<String> used = layout.usedColumns(false);
        Column[] columns = Arrays.stream(rows.schema().fields())
                .map(field -> missingAsNull(field, used.contains(field.name()) ? layout.missing() : List.of()))
                .toArray(Column[]::new);
        RawTable raw = new RawTable(rows.select(columns), false);
        return raw.rows().withColumns(features(raw, layout, source, false));
    }

    /** Casts features, maps the label; other columns stay as they are. */
    private Dataset<Row> prepare(RawTable raw, TableLayout layout, String path, boolean withLabel) {
        Map<String, Column> changed = features(raw, layout, path, withLabel);
        if (withLabel && layout.targets().isEmpty()) {
            DataType type = RawTable.typesOf(raw.rows()).get(layout.label());
            changed.put(layout.label(), LabelMapping.toNumber(layout, type, path, names));
        }
        if (withLabel && layout.weight() != null) {
            changed.put(layout.weight(), column(layout.weight()).cast(DataTypes.DoubleType));
        }
        return raw.rows().withColumns(changed);
    }

    private static Map<String, Column> features(RawTable raw, TableLayout layout, String path, boolean withLabel) {
        Map<String, DataType> types = RawTable.typesOf(raw.rows());
        requireColumns(path, types.keySet(), layout.usedColumns(withLabel));
        Map<String, Column> changed = new LinkedHashMap<>();
        String margin = layout.baseMargin();
        if (margin != null && DataTypes.StringType.equals(types.get(margin))) {
            asNumber(margin, types.get(margin), path).ifPresent(column -> changed.put(margin, column));
        }
        List<String> numbers = new ArrayList<>(layout.numericFeatures());
        if (withLabel) {
            numbers.addAll(layout.targets());
        }
        for (String name : numbers) {
            asNumber(name, types.get(name), path).ifPresent(column -> changed.put(name, column));
        }
        if (layout.rowColumn() != null && layout.numbersAsText()) {
            changed.put(layout.rowColumn(), RowColumns.numbers(layout.rowColumn()));
        }
        if (layout.events() != null && raw.isText()) {
            String time = layout.events().time();
            changed.put(time, EventReader.time(time, raw.isNumeric(time), path));
        }
        for (String name : layout.stringFeatures()) {
            changed.put(name, column(name).cast(DataTypes.StringType));
        }
        return changed;
    }

    private static Optional<Column> asNumber(String name, @Nullable DataType type, String path) {
        boolean isPlainNumber = type instanceof NumericType && !(type instanceof DecimalType);
        if (isPlainNumber) {
            return Optional.empty();
        }
        if (!DataTypes.StringType.equals(type)) {
            return Optional.of(column(name).cast(DataTypes.DoubleType));
        }
        Column number = expr("try_cast(" + quoted(name) + " AS DOUBLE)");
        Column error = raise_error(
                concat(lit(path + ": column '" + name + "' is a number in this model, got '"), column(name), lit("'")));
        return Optional.of(
                when(column(name).isNull().or(number.isNotNull()), number).otherwise(error.cast(DataTypes.DoubleType)));
    }

    /** A column by its plain name, whatever dots are in it. */
    static Column column(String name) {
        return col(quoted(name));
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static void requireColumns(String path, Set<String> present, Collection<String> needed) {
        for (String name : needed) {
            if (!present.contains(name)) {
                throw new BadInputException(path + ": " + NearestName.unknown("column", name, present));
            }
        }
    }

    /** A column with the texts that mean missing turned into null. */
    static Column missingAsNull(StructField field, List<String> missing) {
        Column column = column(field.name());
        if (missing.isEmpty() || !field.dataType().equals(DataTypes.StringType)) {
            return column;
        }
        return when(column.isin(missing.toArray()), lit(null).cast("string"))
                .otherwise(column)
                .as(field.name());
    }
}
