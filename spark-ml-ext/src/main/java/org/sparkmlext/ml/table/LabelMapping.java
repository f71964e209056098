package org.sparkmlext.ml.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;

/** Finds which label values mean which class. */
final class LabelMapping {
    private static final int SHOWN_VALUES = 8;
    private static final int MOST_COUNTED = 1000;
    /** More texts than this in a table are taken for something else than classes. */
    private static final int MOST_CLASSES = 100;
    /** Folders are classes, however many. */
    private static final int MOST_FOLDERS = 100_000;

    private final TableOptions options;
    private final String path;
    private final int mostClasses;

    LabelMapping(TableOptions options, String path, TableFormat format) {
        this.options = options;
        this.path = path;
        mostClasses = format == TableFormat.IMAGES ? MOST_FOLDERS : MOST_CLASSES;
    }

    /**
     * The mapping of a label column: the one given, else distinct strings in sorted order (or two as
     * {@code --positive-label} says), else empty: the column holds numbers, which the estimator checks.
     *
     * @param hasClasses whether labels are classes rather than numbers
     */
    Map<String, Double> of(Dataset<Row> rows, String label, @Nullable DataType type, boolean hasClasses) {
        Map<String, Double> given = options.mapping();
        if (!given.isEmpty()) {
            return given;
        }
        boolean isNumeric = type instanceof NumericType || DataTypes.BooleanType.equals(type);
        if (!hasClasses) {
            if (!isNumeric) {
                boolean isText = DataTypes.StringType.equals(type);
                throw new BadInputException(path + ": label column '" + label + "' holds "
                        + (isText || type == null ? "texts" : type.simpleString()) + "; a regressor needs numbers."
                        + (isText
                                ? " Name the texts that mean a missing value with " + options.names.of("missing")
                                        + ", or train a classifier"
                                : ""));
            }
            return Map.of();
        }
        if (isNumeric && options.positiveLabel == null) {
            return Map.of();
        }
        Map<String, Long> counts = counts(rows, label);
        if (counts.size() < 2 || counts.size() > mostClasses || (options.positiveLabel != null && counts.size() != 2)) {
            throw new BadInputException(path + ": label column '" + label + "' has " + describe(counts) + "; "
                    + (options.positiveLabel != null
                            ? options.names.of("positiveLabel") + " needs exactly two"
                            : "classes are 2 to " + mostClasses)
                    + ". Say which value means what, for example"
                    + " " + options.names.with("labelMapping", "'VALUE=1'"));
        }
        List<String> values = List.copyOf(counts.keySet());
        if (values.size() > 2) {
            Map<String, Double> classes = new LinkedHashMap<>();
            values.forEach(value -> classes.put(value, (double) classes.size()));
            return classes;
        }
        String positive = options.positiveLabel != null ? options.positiveLabel : values.get(1);
        if (!values.contains(positive)) {
            throw new BadInputException(path + ": " + options.names.of("positiveLabel") + " '" + positive
                    + "' is not among the label values of '" + label + "': " + String.join(", ", values));
        }
        Map<String, Double> mapping = new LinkedHashMap<>();
        values.forEach(value -> mapping.put(value, value.equals(positive) ? 1.0 : 0.0));
        return mapping;
    }

    /** The label as a double. A value that is in no mapping fails the job that meets it, by name. */
    static Column toNumber(TableLayout layout, @Nullable DataType type, String path, OptionNames names) {
        Column label = TableReader.column(layout.label());
        if (layout.labelValues().isEmpty()) {
            return label.cast(DataTypes.DoubleType);
        }
        Column text = label.cast(DataTypes.StringType);
        Column numbers = map(layout.labelValues().entrySet().stream()
                .flatMap(entry -> Stream.of(lit(entry.getKey()), lit(entry.getValue())))
                .toArray(Column[]::new));
        // Not getItem: Spark 3.5 takes no column as a key there.
        Column mapped = try_element_at(numbers, text);
        Column unknown = raise_error(concat(
                        lit(path + ": label column '" + layout.label() + "' has the value '"),
                        text,
                        lit("'; known are "
                                + String.join(", ", layout.labelValues().keySet())
                                + ". Map it with " + names.with("labelMapping", "'VALUE=CLASS'"))))
                .cast(DataTypes.DoubleType);
        return when(label.isNull(), lit(null).cast(DataTypes.DoubleType)).otherwise(coalesce(mapped, unknown));
    }

    private Map<String, Long> counts(Dataset<Row> rows, String label) {
        Column text = TableReader.column(label).cast(DataTypes.StringType).as("value");
        Map<String, Long> counts = new TreeMap<>();
        rows.select(text)
                .where("value IS NOT NULL")
                .groupBy("value")
                .count()
                .takeAsList(Math.max(MOST_COUNTED, mostClasses + 1))
                .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
        return counts;
    }

    private static String describe(Map<String, Long> counts) {
        StringBuilder text = new StringBuilder(
                        counts.size() >= MOST_COUNTED ? MOST_COUNTED + " or more" : Integer.toString(counts.size()))
                .append(" distinct values");
        counts.entrySet().stream()
                .limit(SHOWN_VALUES)
                .forEach(entry -> text.append(text.indexOf("(") < 0 ? " (" : ", ")
                        .append('\'')
                        .append(entry.getKey())
                        .append("' in ")
                        .append(entry.getValue())
                        .append(" rows"));
        return counts.isEmpty()
                ? "no values"
                : text.append(counts.size() > SHOWN_VALUES ? ", ...)" : ")").toString();
    }
}
