package org.sparkmlext.ml.table;

import static org.apache.spark.sql.functions.expr;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;

/** Finds the column of whole rows of a table: of vectors, images or sequences. */
final class RowColumns {
    /** What lists of numbers are made of: no path is. */
    private static final Pattern NUMBERS = Pattern.compile("[-+0-9.eE\\s,;\\[\\]]+");

    private static final String SEPARATORS = "[\\\\s,;]+";

    private final String path;
    private final OptionNames names;
    private final Dataset<Row> rows;
    private final Map<String, DataType> types;

    RowColumns(String path, OptionNames names, Dataset<Row> rows, Map<String, DataType> types) {
        this.names = names;
        this.path = path;
        this.rows = rows;
        this.types = types;
    }

    /**
     * The column of whole rows.
     *
     * @param name null where none was found: the features are plain columns
     * @param length numbers in each, where they are of one length; else 0
     * @param isText whether it holds texts of numbers
     */
    record Found(@Nullable String name, int length, boolean isText) {
        static final Found NONE = new Found(null, 0, false);
    }

    /**
     * The column for features of a kind.
     *
     * @param asked the column that was asked for; null = the only one there is
     * @param others columns that are no features
     * @throws BadInputException if the one asked for cannot be it, or there are several
     */
    Found of(FeatureKind kind, @Nullable String asked, Set<String> others) {
        if (kind == FeatureKind.COLUMNS) {
            return vector(asked, others);
        }
        if (kind == FeatureKind.EVENTS) {
            if (asked != null) {
                throw new BadInputException(
                        names.of("features") + " names a column of whole rows, but " + names.of("time")
                                + " says that rows are events,"
                                + " whose features are plain columns; leave one of the two out, and columns that are no features with"
                                + " " + names.of("ignore"));
            }
            return Found.NONE;
        }
        String name = asked != null ? asked : onlyOther(kind, others);
        if (name == null) {
            return Found.NONE;
        }
        boolean isText = DataTypes.StringType.equals(types.get(name)) && holdsNumbers(name);
        return new Found(name, kind == FeatureKind.IMAGES ? lengthOf(name, isText) : 0, isText);
    }

    private Found vector(@Nullable String asked, Set<String> others) {
        String name = asked;
        if (name == null) {
            List<String> vectors = types.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(SQLDataTypes.VectorType()))
                    .map(Map.Entry::getKey)
                    .filter(vector -> !others.contains(vector))
                    .toList();
            name = vectors.size() == 1 ? vectors.get(0) : null;
        } else if (!SQLDataTypes.VectorType().equals(types.get(name))) {
            DataType type = types.get(name);
            throw new BadInputException(path + ": " + names.of("features") + " '" + name
                    + "' must be a vector column, but is " + (type == null ? "missing" : type.simpleString()));
        }
        return name == null ? Found.NONE : new Found(name, lengthOf(name, false), false);
    }

    /** The only column that is neither plain numbers nor something else than a feature; null where there is none. */
    private @Nullable String onlyOther(FeatureKind kind, Set<String> others) {
        Set<String> candidates = new LinkedHashSet<>(types.keySet());
        candidates.removeAll(others);
        candidates.removeIf(
                name -> types.get(name) instanceof NumericType || DataTypes.BooleanType.equals(types.get(name)));
        if (candidates.size() > 1) {
            List<String> shown = new ArrayList<>();
            candidates.forEach(name -> shown.add(name + " (" + describe(name) + ")"));
            throw new BadInputException(path + ": several columns may hold the "
                    + (kind == FeatureKind.IMAGES ? "images" : "sequences") + ": " + String.join(", ", shown)
                    + ". Name one with " + names.of("features") + ", or leave the others out with "
                    + names.of("ignore"));
        }
        return candidates.isEmpty() ? null : candidates.iterator().next();
    }

    private String describe(String name) {
        DataType type = types.get(name);
        return type == null ? "missing" : type.simpleString();
    }

    private @Nullable Row first(String name) {
        List<Row> first = rows.select(TableReader.column(name))
                .where(TableReader.column(name).isNotNull())
                .takeAsList(1);
        return first.isEmpty() ? null : first.get(0);
    }

    private boolean holdsNumbers(String name) {
        Row first = first(name);
        return first != null && NUMBERS.matcher(first.getString(0)).matches();
    }

    /** Numbers in the first value; 0 where it is no list of numbers. */
    private int lengthOf(String name, boolean isText) {
        DataType type = types.get(name);
        boolean isNumbers = isText
                || SQLDataTypes.VectorType().equals(type)
                || (type instanceof ArrayType array && array.elementType() instanceof NumericType);
        if (!isNumbers) {
            return 0;
        }
        Row first = first(name);
        if (first == null) {
            throw new BadInputException(path + ": column '" + name + "' holds no "
                    + (SQLDataTypes.VectorType().equals(type) ? "vector" : "numbers"));
        }
        if (isText) {
            return first.getString(0).replaceAll("[\\[\\]]", "").strip().split("[\\s,;]+").length;
        }
        return first.get(0) instanceof Vector vector
                ? vector.size()
                : first.getList(0).size();
    }

    /** A text column's numbers as an array; a text that is no list of them fails the job that meets it. */
    static Column numbers(String name) {
        String text = "trim(translate(" + TableReader.quoted(name) + ", '[]', '  '))";
        return expr("transform(split(" + text + ", '" + SEPARATORS + "'), x -> cast(x AS double))");
    }
}
