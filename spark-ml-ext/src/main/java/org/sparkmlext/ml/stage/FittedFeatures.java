package org.sparkmlext.ml.stage;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The features of a fitted model, found in other data by name.
 *
 * <p>Plain columns ({@code inputCols}) are taken from the data by their names at training, so their order in the data does
 * not matter. A vector column must have the training vectors' length; where both the training vectors and these have ML
 * attribute names, the names must be equal in order. Names are compared exactly.
 *
 * @param stage the model's Params
 * @param names the features in the model's order
 * @param hasGivenNames whether they are names that the training data had, not ones made up for nameless vectors
 */
record FittedFeatures(ColumnParams stage, List<String> names, boolean hasGivenNames) {

    /** Where features come from in one data set. */
    record Input(Column column, RowValues values) {}

    private String featuresCol() {
        return (String) stage.getOrDefault(stage.getParam("featuresCol"));
    }

    /** @throws IllegalArgumentException if feature columns are missing, of a wrong type, or other than at training */
    void check(StructType schema) {
        if (FeatureColumns.usesInputCols(stage)) {
            List<String> inputs = Arrays.asList(stage.getInputCols());
            if (!inputs.equals(names)) {
                throw new IllegalArgumentException("inputCols is " + inputs + "; this model was trained on " + names
                        + ". Rename the data's columns instead.");
            }
            FeatureColumns.checkInputCols(schema, inputs);
            return;
        }
        StructField vector = FeatureColumns.checkVector(schema, featuresCol());
        String column = "column '" + featuresCol() + "' (featuresCol) has ";
        int length = AttributeGroup.fromStructField(vector).size();
        if (length >= 0 && length != names.size()) {
            throw new IllegalArgumentException(column + "vectors of length " + length
                    + "; this model was trained on vectors of length " + names.size());
        }
        List<String> got = FeatureColumns.vectorNames(vector).orElse(names);
        if (!hasGivenNames || got.equals(names)) {
            return;
        }
        int at = 0;
        while (got.get(at).equals(names.get(at))) {
            at++;
        }
        throw new IllegalArgumentException(column + "'" + got.get(at) + "' as entry " + at
                + "; this model was trained with '" + names.get(at) + "' there. Assemble the vector from the "
                + "same columns in the same order: " + names);
    }

    /** How single vectors are read. */
    RowValues values() {
        return new RowValues(featuresCol(), names, stage.getHandleInvalid(), (float) stage.getMissing(), false);
    }

    /** The features of data whose schema {@link #check} has passed, as one column. */
    Input input(StructType schema) {
        if (!FeatureColumns.usesInputCols(stage)) {
            return new Input(FeatureColumns.byName(featuresCol()), values());
        }
        List<DataType> types = names.stream()
                .map(name -> FeatureColumns.inputField(schema, name).dataType())
                .toList();
        boolean isDouble = types.contains(DataTypes.DoubleType);
        Column[] columns = new Column[types.size()];
        for (int c = 0; c < columns.length; c++) {
            // As training reads them: doubles as they are, every other type by Spark's cast to float.
            Column column = FeatureColumns.byName(names.get(c));
            DataType type = types.get(c);
            if (!type.equals(DataTypes.DoubleType) && !type.equals(DataTypes.FloatType)) {
                column = column.cast(DataTypes.FloatType);
            }
            columns[c] = isDouble && !type.equals(DataTypes.DoubleType) ? column.cast(DataTypes.DoubleType) : column;
        }
        return new Input(functions.array(columns), values().withDoubles(isDouble));
    }

    /** A column by its very name, dots and all. */
}
