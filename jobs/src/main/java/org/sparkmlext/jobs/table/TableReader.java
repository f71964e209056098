package org.sparkmlext.jobs.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
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
import org.sparkmlext.jobs.BadInputException;
import org.sparkmlext.jobs.NearestName;

/**
 * Reads CSV, Parquet and LibSVM tables. A CSV column is numeric if every value present is a number, else a string; spaces
 * around fields are dropped. Files that Hadoop can unpack ({@code .gz}) are unpacked.
 */
public final class TableReader {
    private final SparkSession session;

    public TableReader(SparkSession session) {
        this.session = session;
    }

    /**
     * Reads a table to train on and finds its layout: one pass over a CSV file for the types, one over a string label for
     * its values.
     *
     * @param hasClasses whether labels are classes, which may be texts, rather than numbers
     * @throws BadInputException if a named column is missing, the label can be neither, or a column has a type that cannot
     *     be a feature
     */
    public Table readForTraining(String path, TableOptions options, boolean hasClasses) {
        TableFormat format = options.formatOf(path);
        RawTable raw = format == TableFormat.CSV
                ? RawTable.csv(session, path, CsvShape.of(path, options))
                : RawTable.of(load(format, path, 0), options.missingOrNone());
        String label = labelName(raw.rows(), options, format);
        Map<String, DataType> types = raw.types();
        requireColumns(path, types.keySet(), named(options, label));
        String vector = options.features != null ? options.features : onlyVector(types, options.ignoreOrNone());
        List<String> features = new ArrayList<>();
        List<String> strings = new ArrayList<>();
        int vectorSize = 0;
        if (vector != null) {
            requireVector(path, vector, types);
            vectorSize = vectorSize(raw.rows(), vector, path);
        } else {
            Set<String> others = new LinkedHashSet<>(options.ignoreOrNone());
            others.add(label);
            if (options.weight != null) {
                others.add(options.weight);
            }
            if (options.baseMargin != null) {
                others.add(options.baseMargin);
            }
            types.keySet().stream().filter(name -> !others.contains(name)).forEach(features::add);
            strings.addAll(stringsAmong(features, types, path));
        }
        if (vector == null && features.isEmpty()) {
            throw new BadInputException(path + " has no feature columns beside the label '" + label + "'");
        }
        Map<String, Double> labelValues =
                new LabelMapping(options, path).of(raw.rows(), label, types.get(label), hasClasses);
        TableLayout layout = new TableLayout(
                format,
                options.header == null || options.header,
                options.separatorOf(path),
                options.missingOrNone(),
                format == TableFormat.CSV && Boolean.FALSE.equals(options.header)
                        ? Arrays.asList(raw.rows().columns())
                        : List.of(),
                features,
                strings,
                vector,
                vectorSize,
                label,
                labelValues,
                options.weight,
                options.baseMargin);
        return new Table(prepare(raw.rows(), layout, path, true), layout);
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
                : RawTable.of(load(layout.format(), path, layout.vectorSize()), layout.missing());
        return prepare(raw.rows(), layout, path, withLabel);
    }

    private Dataset<Row> load(TableFormat format, String path, int vectorSize) {
        DataFrameReader reader = session.read();
        if (format == TableFormat.PARQUET) {
            return reader.parquet(path);
        }
        if (vectorSize > 0) {
            reader = reader.option("numFeatures", Integer.toString(vectorSize));
        }
        return reader.format("libsvm").load(path);
    }

    /** Casts features, maps the label; other columns stay as they are. */
    private Dataset<Row> prepare(Dataset<Row> rows, TableLayout layout, String path, boolean withLabel) {
        Map<String, DataType> types = RawTable.typesOf(rows);
        List<String> needed = new ArrayList<>(layout.features());
        if (layout.vector() != null) {
            needed.add(layout.vector());
        }
        if (withLabel) {
            needed.add(layout.label());
            if (layout.weight() != null) {
                needed.add(layout.weight());
            }
        }
        String margin = layout.baseMargin();
        if (margin != null) {
            needed.add(margin);
        }
        requireColumns(path, types.keySet(), needed);
        Map<String, Column> changed = new LinkedHashMap<>();
        if (margin != null && DataTypes.StringType.equals(types.get(margin))) {
            asNumber(margin, types.get(margin), path).ifPresent(column -> changed.put(margin, column));
        }
        for (String name : layout.numericFeatures()) {
            asNumber(name, types.get(name), path).ifPresent(column -> changed.put(name, column));
        }
        for (String name : layout.stringFeatures()) {
            changed.put(name, column(name).cast(DataTypes.StringType));
        }
        if (withLabel) {
            changed.put(layout.label(), LabelMapping.toNumber(layout, types.get(layout.label()), path));
            if (layout.weight() != null) {
                changed.put(layout.weight(), column(layout.weight()).cast(DataTypes.DoubleType));
            }
        }
        return rows.withColumns(changed);
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

    private static List<String> named(TableOptions options, String label) {
        List<String> names = new ArrayList<>(options.ignoreOrNone());
        names.add(label);
        if (options.weight != null) {
            names.add(options.weight);
        }
        if (options.baseMargin != null) {
            names.add(options.baseMargin);
        }
        if (options.features != null) {
            names.add(options.features);
        }
        return names;
    }

    /** A column by its plain name, whatever dots are in it. */
    static Column column(String name) {
        return col(quoted(name));
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static void requireColumns(String path, Set<String> present, List<String> needed) {
        for (String name : needed) {
            if (!present.contains(name)) {
                throw new BadInputException(path + ": " + NearestName.unknown("column", name, present));
            }
        }
    }

    private static String labelName(Dataset<Row> rows, TableOptions options, TableFormat format) {
        String asked = options.label;
        String[] columns = rows.columns();
        if (asked == null) {
            if (format == TableFormat.LIBSVM) {
                return "label";
            }
            throw new BadInputException("no label column given: --label NAME, a 0-based position or 'last'; columns: "
                    + String.join(", ", columns));
        }
        if (Arrays.asList(columns).contains(asked)) {
            return asked;
        }
        if (asked.equals("last")) {
            return columns[columns.length - 1];
        }
        if (asked.matches("\\d{1,9}")) {
            int position = Integer.parseInt(asked);
            if (position >= columns.length) {
                throw new BadInputException("--label " + asked + ": the table has " + columns.length
                        + " columns, so at most " + (columns.length - 1));
            }
            return columns[position];
        }
        return asked;
    }

    private static @Nullable String onlyVector(Map<String, DataType> types, List<String> ignored) {
        List<String> vectors = types.entrySet().stream()
                .filter(entry -> entry.getValue().equals(SQLDataTypes.VectorType()))
                .map(Map.Entry::getKey)
                .filter(name -> !ignored.contains(name))
                .toList();
        return vectors.size() == 1 ? vectors.get(0) : null;
    }

    private static void requireVector(String path, String name, Map<String, DataType> types) {
        DataType type = types.get(name);
        if (!SQLDataTypes.VectorType().equals(type)) {
            throw new BadInputException(path + ": --features '" + name + "' must be a vector column, but is "
                    + (type == null ? "missing" : type.simpleString()));
        }
    }

    private static int vectorSize(Dataset<Row> rows, String name, String path) {
        List<Row> first =
                rows.select(column(name)).where(column(name).isNotNull()).takeAsList(1);
        if (first.isEmpty()) {
            throw new BadInputException(path + ": column '" + name + "' holds no vector");
        }
        return ((Vector) first.get(0).get(0)).size();
    }

    private static List<String> stringsAmong(List<String> features, Map<String, DataType> types, String path) {
        List<String> strings = new ArrayList<>();
        for (String name : features) {
            DataType type = types.get(name);
            if (DataTypes.StringType.equals(type)) {
                strings.add(name);
            } else if (!(type instanceof NumericType) && !DataTypes.BooleanType.equals(type)) {
                throw new BadInputException(path + ": column '" + name + "' is "
                        + (type == null ? "missing" : type.simpleString())
                        + ", which cannot be a feature; convert it or leave it out with --ignore " + name);
            }
        }
        return strings;
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
