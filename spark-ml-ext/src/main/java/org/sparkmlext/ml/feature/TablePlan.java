package org.sparkmlext.ml.feature;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.sparkmlext.ml.stage.FeatureColumns;

/** What the Params of a {@link TableAssembler} say of the columns of a table, checked against its schema. */
record TablePlan(List<TableInput> inputs) {

    /** @throws IllegalArgumentException if columns are missing or of a wrong type, or Params contradict each other */
    static TablePlan of(TableAssemblerParams stage, StructType schema) {
        if (!stage.isDefined(stage.inputCols())) {
            throw new IllegalArgumentException("inputCols is not set; set it to the columns that become features");
        }
        List<String> columns = List.of(stage.getInputCols());
        List<String> categorical = listed(stage, stage.categoricalCols(), columns);
        List<String> numeric = listed(stage, stage.numericCols(), columns);
        for (String column : numeric) {
            if (categorical.contains(column)) {
                throw new IllegalArgumentException(
                        "column '" + column
                                + "' is in categoricalCols and in numericCols; allowed: one of them. Take it out of the other.");
            }
        }
        ColumnOverrides overrides = ColumnOverrides.of(stage);
        checkInputs("overrides", overrides.columns(), columns);
        if (stage.isSet(stage.validationIndicatorCol())) {
            FeatureColumns.checkBooleanColumn(schema, stage.getValidationIndicatorCol(), "validationIndicatorCol");
        }
        List<TableInput> inputs = new ArrayList<>();
        Set<String> found = new LinkedHashSet<>();
        for (String column : columns) {
            StructField field = FeatureColumns.find(schema, column, "inputCols");
            if (!found.add(field.name())) {
                throw new IllegalArgumentException(
                        "column '" + field.name() + "' is twice in inputCols; allowed: each column once");
            }
            ColumnKind kind = kind(field, categorical.contains(column), numeric.contains(column));
            inputs.add(TableInput.of(field.name(), kind, field.dataType(), overrides.rules(column, kind)));
        }
        TablePlan plan = new TablePlan(List.copyOf(inputs));
        plan.checkOutputs(stage);
        return plan;
    }

    private static List<String> listed(TableAssemblerParams stage, StringArrayParam param, List<String> columns) {
        List<String> names = stage.isDefined(param) ? List.of(stage.getOrDefault(param)) : List.of();
        checkInputs(param.name(), names, columns);
        return names;
    }

    private static void checkInputs(String param, List<String> names, List<String> columns) {
        for (String name : names) {
            if (!columns.contains(name)) {
                throw new IllegalArgumentException(param + " names '" + name + "', which is not among inputCols ("
                        + columns + "); add it there, spelled in the same way, or leave it out");
            }
        }
    }

    private static ColumnKind kind(StructField field, boolean isCategorical, boolean isNumeric) {
        DataType type = field.dataType();
        boolean isText = type instanceof StringType;
        boolean isNumber = ColumnKind.isNumeric(type);
        if (isNumeric && !isText) {
            throw new IllegalArgumentException("column '" + field.name() + "' (numericCols) has type "
                    + type.simpleString() + "; allowed: string. Numbers need no mention there.");
        }
        if (isCategorical && !isText && !isNumber) {
            throw new IllegalArgumentException("column '" + field.name() + "' (categoricalCols) has type "
                    + type.simpleString()
                    + "; allowed: numbers, booleans and strings. Cast it to string, or leave it out"
                    + " of categoricalCols.");
        }
        if (isText) {
            return isNumeric ? ColumnKind.NUMBER_TEXT : ColumnKind.CATEGORY;
        }
        if (isNumber) {
            return isCategorical ? ColumnKind.CATEGORY : ColumnKind.NUMBER;
        }
        if (type instanceof DateType) {
            return ColumnKind.DATE;
        }
        if (type instanceof TimestampType) {
            return ColumnKind.TIMESTAMP;
        }
        if (type instanceof TimestampNTZType) {
            return ColumnKind.TIMESTAMP_NTZ;
        }
        throw new IllegalArgumentException("column '" + field.name() + "' (inputCols) has type " + type.simpleString()
                + "; allowed: numbers, decimals, booleans, strings, dates and timestamps. Take its parts out into columns"
                + " of their own.");
    }

    private void checkOutputs(TableAssemblerParams stage) {
        boolean hasColumns = !stage.getColumnPrefix().isEmpty();
        if (stage.getOutputCol().isEmpty() && !hasColumns) {
            throw new IllegalArgumentException("outputCol and columnPrefix are empty, so that there is no output; set"
                    + " outputCol for a vector, columnPrefix for plain columns, or both");
        }
        if (hasColumns && hasOneHot()) {
            throw new IllegalArgumentException(
                    "columnPrefix is '" + stage.getColumnPrefix() + "' and encoding of column '"
                            + oneHotColumns().get(0)
                            + "' is onehot, whose features are not known before fit; allowed: onehot in the"
                            + " vector (outputCol) only. Set encoding to index, which trees take, or clear columnPrefix.");
        }
    }

    private boolean hasOneHot() {
        return !oneHotColumns().isEmpty();
    }

    private List<String> oneHotColumns() {
        return inputs.stream()
                .filter(input ->
                        input.kind() == ColumnKind.CATEGORY && input.rules().isOneHot())
                .map(TableInput::column)
                .toList();
    }

    /** The inputs that are categories, or those that are not. */
    List<TableInput> inputs(boolean isCategory) {
        return inputs.stream()
                .filter(input -> (input.kind() == ColumnKind.CATEGORY) == isCategory)
                .toList();
    }

    /** Names of features that are known without data: all but those of one-hot categories. */
    List<String> plainNames() {
        FeatureNames names = new FeatureNames();
        return inputs.stream().flatMap(input -> names.plain(input).stream()).toList();
    }
}
