package org.sparkmlext.ml.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.ml.input.BadInputException;

/**
 * A file's own columns, with missing-value texts already null.
 *
 * @param rows CSV: every column a string; otherwise the file's types
 * @param isText whether types are still to be found out from the values
 */
record RawTable(Dataset<Row> rows, boolean isText) {

    static RawTable of(Dataset<Row> rows, List<String> missing) {
        return new RawTable(withoutMissing(rows, missing), false);
    }

    static RawTable csv(SparkSession session, String path, CsvShape shape) {
        Dataset<Row> rows = session.read()
                .option("header", shape.header())
                .option("sep", shape.separator())
                .option("inferSchema", false)
                .option("ignoreLeadingWhiteSpace", true)
                .option("ignoreTrailingWhiteSpace", true)
                // A line with too few or too many fields is an error, not a row of nulls.
                .option("mode", "FAILFAST")
                .csv(path);
        if (rows.columns().length == 0) {
            throw new BadInputException(path + " is empty: no columns found");
        }
        if (!shape.header() && !shape.columns().isEmpty()) {
            if (shape.columns().size() != rows.columns().length) {
                throw new BadInputException(path + " has " + rows.columns().length + " columns, but "
                        + shape.columns().size() + " names are given: " + String.join(", ", shape.columns()));
            }
            rows = rows.toDF(shape.columns().toArray(new String[0]));
        }
        return new RawTable(withoutMissing(rows, shape.missing()), true);
    }

    private static Dataset<Row> withoutMissing(Dataset<Row> rows, List<String> missing) {
        Column[] columns = Arrays.stream(rows.schema().fields())
                .map(field -> TableReader.missingAsNull(field, missing))
                .toArray(Column[]::new);
        return rows.select(columns);
    }

    /** Column names to types in order; the types of text columns are found in one pass over the values. */
    Map<String, DataType> types() {
        return types(rows.columns());
    }

    /** Whether a column holds numbers, and nothing but numbers. */
    boolean isNumeric(String name) {
        return types(name).get(name) instanceof NumericType;
    }

    /** The same as {@link #types()}, where only some columns' values are looked at. */
    private Map<String, DataType> types(String... names) {
        Map<String, DataType> types = typesOf(rows);
        if (!isText) {
            return types;
        }
        Column[] allNumeric = new Column[names.length];
        for (int i = 0; i < names.length; i++) {
            allNumeric[i] = min(coalesce(isNumber(names[i]), lit(true))).as("c" + i);
        }
        Row row = rows.agg(allNumeric[0], Arrays.copyOfRange(allNumeric, 1, names.length))
                .first();
        for (int i = 0; i < names.length; i++) {
            // A column without any value counts as numeric: a tree never splits on it.
            if (row.isNullAt(i) || row.getBoolean(i)) {
                types.put(names[i], DataTypes.DoubleType);
            }
        }
        return types;
    }

    /** Whether the text is a number; null stays null. The suffixes of Java literals ("1d", "2f") make no number. */
    private static Column isNumber(String name) {
        String quoted = TableReader.quoted(name);
        return expr("CASE WHEN " + quoted + " IS NOT NULL THEN try_cast(" + quoted + " AS DOUBLE) IS NOT NULL AND NOT ("
                + quoted + " RLIKE '[0-9.][dDfF]$') END");
    }

    static Map<String, DataType> typesOf(Dataset<Row> rows) {
        Map<String, DataType> types = new LinkedHashMap<>();
        for (StructField field : rows.schema().fields()) {
            types.put(field.name(), field.dataType());
        }
        return types;
    }
}
