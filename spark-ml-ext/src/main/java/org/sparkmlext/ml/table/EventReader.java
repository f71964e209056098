package org.sparkmlext.ml.table;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.when;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Reads a table of events. Of a CSV file a column is numeric if every value present is a number, else text; the time column becomes
 * whole numbers or timestamps.
 */
public final class EventReader {
    private final SparkSession session;

    public EventReader(SparkSession session) {
        this.session = session;
    }

    /**
     * @param timeCol column of times; of a Parquet file it stays as it is
     * @throws BadInputException if there is no such column, or the format holds no events
     */
    public Dataset<Row> read(String path, FileOptions options, String timeCol) {
        TableFormat format = options.formatOf(path);
        if (format == TableFormat.LIBSVM) {
            throw new BadInputException(path + ": a libsvm file has no column of times; allowed are csv and parquet");
        }
        if (format == TableFormat.PARQUET) {
            RawTable raw = RawTable.of(session.read().parquet(path), options.missingOrNone());
            TableReader.requireColumns(path, RawTable.typesOf(raw.rows()).keySet(), List.of(timeCol));
            return raw.rows();
        }
        RawTable raw = RawTable.csv(session, path, CsvShape.of(path, options));
        Map<String, DataType> types = raw.types();
        TableReader.requireColumns(path, types.keySet(), List.of(timeCol));
        Map<String, Column> changed = new LinkedHashMap<>();
        types.forEach((name, type) -> {
            boolean isNumber = type.equals(DataTypes.DoubleType);
            if (name.equals(timeCol)) {
                changed.put(name, time(name, isNumber, path));
            } else if (isNumber) {
                changed.put(name, TableReader.column(name).cast(DataTypes.DoubleType));
            }
        });
        return raw.rows().withColumns(changed);
    }

    /**
     * A text column of times as whole numbers or timestamps; reading fails at a text that is none.
     *
     * @param isNumber whether all of them are numbers
     */
    static Column time(String name, boolean isNumber, String path) {
        return isNumber ? wholeNumber(name, path) : timestamp(name, path);
    }

    private static Column wholeNumber(String name, String path) {
        return parsed(name, "bigint", path + ": column '" + name + "' holds whole numbers as times, got '");
    }

    private static Column timestamp(String name, String path) {
        return parsed(
                name, "timestamp", path + ": column '" + name + "' holds times such as 2024-03-01 12:30:00, got '");
    }

    /** A text as the type; reading fails at one that is none. */
    private static Column parsed(String name, String type, String fault) {
        Column text = TableReader.column(name);
        Column value = expr("try_cast(" + TableReader.quoted(name) + " AS " + type + ")");
        return when(text.isNull().or(value.isNotNull()), value)
                .otherwise(raise_error(concat(lit(fault), text, lit("'"))).cast(type));
    }
}
