package org.sparkmlext.ml.stage;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.RowReader;

/** Finds and checks columns in a schema; every refusal names the column, its type, and what is allowed. */
public final class FeatureColumns {

    private static final String ONE_VS_REST =
            " OneVsRest hands its classifier only the label and one vector column: there, use featuresCol.";

    private FeatureColumns() {}

    /**
     * Whether features come from plain columns.
     *
     * @throws IllegalArgumentException if both featuresCol and inputCols are set
     */
    static boolean usesInputCols(ColumnParams stage) {
        if (!stage.isSet(stage.inputCols())) {
            return false;
        }
        if (stage.isSet(stage.getParam("featuresCol"))) {
            throw new IllegalArgumentException("both featuresCol ('"
                    + stage.getOrDefault(stage.getParam("featuresCol")) + "') and inputCols ("
                    + Arrays.toString(stage.getInputCols()) + ") are set; allowed: one of them. Clear the other with "
                    + "clear(featuresCol) or clear(inputCols)." + ONE_VS_REST);
        }
        return true;
    }

    /** Checks that plain columns are there and hold numbers. */
    static void checkInputCols(StructType schema, List<String> names) {
        for (String name : names) {
            checkNumeric(inputField(schema, name), "inputCols");
        }
    }

    /** The field of a plain column. */
    static StructField inputField(StructType schema, String name) {
        return find(schema, name, "inputCols");
    }

    /** Checks that the vector column is there and holds vectors. */
    static StructField checkVector(StructType schema, String name) {
        StructField field = find(schema, name, "featuresCol");
        if (!field.dataType().equals(SQLDataTypes.VectorType())) {
            throw new IllegalArgumentException("column '" + name + "' (featuresCol) has type "
                    + field.dataType().simpleString() + "; allowed: vector (org.apache.spark.ml.linalg). Plain numeric "
                    + "columns go into inputCols.");
        }
        return field;
    }

    /** Checks that a column is there which holds a whole row's features, in whatever form. */
    static StructField checkWholeRow(StructType schema, String name, String param) {
        StructField field = find(schema, name, param);
        if (RowReader.form(field.dataType()).isEmpty()) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") has type "
                    + field.dataType().simpleString()
                    + "; allowed: binary (one unsigned byte a value), array of numbers, vector, or "
                    + "Spark's image struct. Files of images become pixels by ImageAssembler.");
        }
        return field;
    }

    /**
     * Checks that a column is there which holds sequences.
     *
     * @throws IllegalArgumentException if it is missing or of another type
     */
    public static StructField checkSequences(StructType schema, String name, String param) {
        StructField field = find(schema, name, param);
        if (RowReader.sequenceForm(field.dataType()).isEmpty()) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") has type "
                    + field.dataType().simpleString()
                    + "; allowed: an array of steps, each an array of numbers or a vector, or one array of numbers or vector with all "
                    + "steps, one after the other");
        }
        return field;
    }

    /** A column that holds numbers. */
    static void checkNumericColumn(StructType schema, String name, String param) {
        StructField field = find(schema, name, param);
        if (!(field.dataType() instanceof NumericType)) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") has type "
                    + field.dataType().simpleString() + "; allowed: byte, short, int, long, float, double, decimal. "
                    + "Cast the column first.");
        }
    }

    /** A column of labels that are a number, or an array or vector of numbers a row; whether it is the latter. */
    static boolean checkTargetsColumn(StructType schema, String name) {
        DataType type = find(schema, name, "labelCol").dataType();
        boolean isArray = type instanceof ArrayType array && array.elementType() instanceof NumericType;
        if (!isArray && !(type instanceof NumericType) && !type.equals(SQLDataTypes.VectorType())) {
            throw new IllegalArgumentException("column '" + name + "' (labelCol) has type " + type.simpleString()
                    + "; allowed: a number, or an array of numbers or a vector for several targets");
        }
        return !(type instanceof NumericType);
    }

    /** A column that holds true and false. */
    public static void checkBooleanColumn(StructType schema, String name, String param) {
        StructField field = find(schema, name, param);
        if (!(field.dataType() instanceof BooleanType)) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") has type "
                    + field.dataType().simpleString() + "; allowed: boolean");
        }
    }

    /** A column of base margins: a number, an array of numbers, or a vector a row; gives its type. */
    static DataType checkMarginColumn(StructType schema, String name) {
        StructField field = find(schema, name, "baseMarginCol");
        DataType type = field.dataType();
        boolean isArray = type instanceof ArrayType array && array.elementType() instanceof NumericType;
        if (!isArray && !(type instanceof NumericType) && !type.equals(SQLDataTypes.VectorType())) {
            throw new IllegalArgumentException(
                    "column '" + field.name() + "' (baseMarginCol) has type " + type.simpleString()
                            + "; allowed: a number, an array of numbers, or a vector, one number an output");
        }
        return type;
    }

    /** Names of a vector's entries from its ML attributes, if every entry has one and no two are equal. */
    static Optional<List<String>> vectorNames(StructField field) {
        AttributeGroup group = AttributeGroup.fromStructField(field);
        if (group.attributes().isEmpty()) {
            return Optional.empty();
        }
        Attribute[] attributes = group.attributes().get();
        List<String> names = Arrays.stream(attributes)
                .filter(a -> a.name().isDefined())
                .map(a -> a.name().get())
                .distinct()
                .toList();
        return names.size() == attributes.length && !names.isEmpty() ? Optional.of(names) : Optional.empty();
    }

    /** The column that a Param of this stage names; null where it is not set, or set to "". */
    public static @Nullable String named(Params stage, Param<String> param) {
        return stage.isSet(param) && !stage.getOrDefault(param).isEmpty() ? stage.getOrDefault(param) : null;
    }

    /**
     * The field of a column; an exact name wins over one of another case.
     *
     * @param param Param that names the column, for messages
     * @throws IllegalArgumentException if there is none, or more than one
     */
    public static StructField find(StructType schema, String name, String param) {
        // Spark resolves names without regard to case unless told otherwise; an exact name wins.
        List<StructField> exact = Arrays.stream(schema.fields())
                .filter(f -> f.name().equals(name))
                .toList();
        List<StructField> fields = exact.isEmpty()
                ? Arrays.stream(schema.fields())
                        .filter(f -> f.name().equalsIgnoreCase(name))
                        .toList()
                : exact;
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") is missing; the data has: "
                    + String.join(", ", schema.fieldNames()) + "."
                    + (param.equals("inputCols") ? ONE_VS_REST : ""));
        }
        if (fields.size() > 1) {
            throw new IllegalArgumentException("column '" + name + "' (" + param + ") is ambiguous: the data has "
                    + fields.size() + " columns of that name; rename or drop all but one");
        }
        return fields.get(0);
    }

    /** A column by its very name, dots and all. */
    public static Column byName(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /**
     * The schema with an output column appended.
     *
     * @throws IllegalArgumentException if a column of its name exists
     */
    public static StructType append(StructType schema, StructField field) {
        // Spark finds columns whatever their case.
        if (Arrays.stream(schema.fieldNames()).anyMatch(field.name()::equalsIgnoreCase)) {
            throw new IllegalArgumentException("column '" + field.name() + "' exists already; rename or drop it, "
                    + "or set the Param that names the model's output column to another name");
        }
        return schema.add(field);
    }

    private static void checkNumeric(StructField field, String param) {
        DataType type = field.dataType();
        if (!(type instanceof NumericType) && !(type instanceof BooleanType)) {
            throw new IllegalArgumentException("column '" + field.name() + "' (" + param + ") has type "
                    + type.simpleString() + "; allowed: byte, short, int, long, float, double, decimal, boolean. "
                    + "Make features of strings and dates with TableAssembler, or cast the column first.");
        }
    }
}
