package org.sparkmlext.ml.feature;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;

/** How a column of a table is understood; decided by its type and by the lists of {@link TableAssemblerParams}. */
enum ColumnKind {
    /** Numbers, decimals, booleans. */
    NUMBER(numbers()),
    /** Texts that are read as numbers. */
    NUMBER_TEXT(numbers()),
    CATEGORY(List.of("encoding", "categoryOrder", "minFrequency", "maxCategories", "handleInvalid")),
    DATE(dates()),
    /** Moments, which have a date and an hour in a time zone only. */
    TIMESTAMP(dates()),
    /** What a clock shows. */
    TIMESTAMP_NTZ(dates());

    private final List<String> rules;

    ColumnKind(List<String> rules) {
        this.rules = rules;
    }

    private static List<String> numbers() {
        return List.of("imputing", "imputeValue", "missingIndicator", "scaling", "invalidNumbers");
    }

    private static List<String> dates() {
        return List.of("imputing", "imputeValue", "missingIndicator", "scaling", "dateParts", "cyclic");
    }

    /** Params of {@link TableColumnParams} that have a say in columns of this kind. */
    List<String> rules() {
        return rules;
    }

    /** Params of {@link TableColumnParams}, all of them. */
    static List<String> allRules() {
        return Stream.of(values())
                .flatMap(kind -> kind.rules().stream())
                .distinct()
                .toList();
    }

    static boolean isNumeric(DataType type) {
        return type instanceof NumericType || type instanceof BooleanType;
    }

    boolean isNumber() {
        return this == NUMBER || this == NUMBER_TEXT;
    }

    boolean isTime() {
        return this == DATE || this == TIMESTAMP || this == TIMESTAMP_NTZ;
    }

    /**
     * Types among which a column may change between fit and transform, by a name: those that give the same features for the same
     * values.
     */
    String family(DataType type) {
        List<DataType> whole =
                List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);
        if (this == NUMBER && isNumeric(type)) {
            return "a number or boolean";
        }
        return this == CATEGORY && whole.contains(type) ? "a whole number" : type.simpleString();
    }
}
