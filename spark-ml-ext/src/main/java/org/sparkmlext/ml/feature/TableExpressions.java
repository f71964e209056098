package org.sparkmlext.ml.feature;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StringType;
import org.sparkmlext.ml.stage.ComputedColumns;
import org.sparkmlext.ml.stage.FeatureColumns;

/** The columns of a table as numbers and texts, and the features that a fitted column makes of them: Spark's own expressions. */
final class TableExpressions {

    private TableExpressions() {}

    /** A number of a column, a double: null or NaN where it is missing, infinite where it is infinite or a text that is no number. */
    static Column number(String column, ColumnKind kind, String part, String zone) {
        Column raw = FeatureColumns.byName(column);
        if (kind == ColumnKind.NUMBER_TEXT) {
            Column read = functions.expr("try_cast(`" + column.replace("`", "``") + "` as double)");
            return functions
                    .when(read.isNull().and(raw.isNotNull()), Double.POSITIVE_INFINITY)
                    .otherwise(read);
        }
        return kind == ColumnKind.NUMBER ? raw.cast(DataTypes.DoubleType) : DatePart.expression(part, raw, kind, zone);
    }

    /** A category as text, null where it is missing. */
    static Column category(String column, DataType type) {
        Column raw = FeatureColumns.byName(column);
        if (type instanceof StringType) {
            return raw;
        }
        if (type instanceof DoubleType || type instanceof FloatType) {
            // -0.0 is 0.0, and NaN is missing.
            Column number = raw.plus(0.0);
            return functions.when(functions.not(functions.isnan(number)), number.cast(DataTypes.StringType));
        }
        return raw.cast(DataTypes.StringType);
    }

    /** A double that is NaN where it is missing, never null. */
    static Column orNaN(Column number) {
        return functions.coalesce(number, functions.lit(Double.NaN));
    }

    /** The feature that a fitted number is, never null. */
    static Column feature(FittedColumn column, FittedNumber number, String name, DataType type, String zone) {
        Column value = number(name, column.kind(), number.part(), zone);
        if (canBeInfinite(column.kind(), type)) {
            Column isInfinite = value.equalTo(Double.POSITIVE_INFINITY).or(value.equalTo(Double.NEGATIVE_INFINITY));
            Column instead = column.failsOnInvalid()
                    ? functions.raise_error(functions.lit("column '" + name
                            + "' holds an infinite value, or a text that is no number; set invalidNumbers to missing before"
                            + " fit, for this column alone with overrides, or correct the rows"))
                    : functions.lit(null).cast(DataTypes.DoubleType);
            value = functions.when(isInfinite, instead).otherwise(value);
        }
        if (number.fill() != null) {
            value = functions.coalesce(
                    functions.nanvl(value, functions.lit(null).cast(DataTypes.DoubleType)),
                    functions.lit(number.fill()));
        }
        if (number.hasScale()) {
            value = value.minus(number.shift()).divide(number.scale());
        }
        return orNaN(value);
    }

    private static boolean canBeInfinite(ColumnKind kind, DataType type) {
        return kind == ColumnKind.NUMBER_TEXT || type instanceof DoubleType || type instanceof FloatType;
    }

    /** 1 where a column is missing, else 0. */
    static Column indicator(FittedColumn column, String name, DataType type) {
        Column raw = FeatureColumns.byName(name);
        Column isMissing = raw.isNull();
        if (column.kind().isNumber() && canBeInfinite(column.kind(), type)) {
            Column value = orNaN(number(name, column.kind(), TableInput.WHOLE, ""));
            isMissing = functions.isnan(value);
            if (!column.failsOnInvalid()) {
                isMissing = isMissing
                        .or(value.equalTo(Double.POSITIVE_INFINITY))
                        .or(value.equalTo(Double.NEGATIVE_INFINITY));
            }
        }
        return functions.when(isMissing, 1.0).otherwise(0.0);
    }

    /** The index of a category, a double that is never null. */
    static Column index(FittedCategories categories, String name, DataType type) {
        return ComputedColumns.of(
                "category_index",
                category(name, type),
                DataTypes.DoubleType,
                false,
                new CategoryLookup(name, categories));
    }
}
