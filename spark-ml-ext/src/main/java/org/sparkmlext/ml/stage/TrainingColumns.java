package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;

/**
 * The columns that a trainable stage reads, found in a schema and checked: types, and one role a column.
 *
 * @param stage the estimator's Params; it has {@code featuresCol} and {@code labelCol}
 */
record TrainingColumns(ColumnParams stage) {

    /** @throws IllegalArgumentException if columns are missing, of a wrong type, or in two roles */
    TableColumns find(StructType schema, TrainingTarget target) {
        boolean usesInputCols = FeatureColumns.usesInputCols(stage);
        List<String> vectorNames = List.of();
        List<String> inputs = List.of();
        String features = column("featuresCol");
        if (usesInputCols) {
            inputs = Arrays.asList(stage.getInputCols());
            FeatureColumns.checkInputCols(schema, inputs);
        } else {
            StructField vector = FeatureColumns.checkVector(schema, features);
            vectorNames = FeatureColumns.vectorNames(vector).orElse(List.of());
        }
        String label = column("labelCol");
        FeatureColumns.checkNumericColumn(schema, label, "labelCol");
        String weight = named(stage.weightCol());
        if (weight != null) {
            FeatureColumns.checkNumericColumn(schema, weight, "weightCol");
        }
        String indicator = named(stage.validationIndicatorCol());
        if (indicator != null) {
            FeatureColumns.checkBooleanColumn(schema, indicator, "validationIndicatorCol");
        }
        String margin = target.baseMarginCol();
        if (margin != null) {
            FeatureColumns.checkMarginColumn(schema, margin);
        }
        for (String role : roles(label, weight, indicator, margin)) {
            if (inputs.contains(role)) {
                throw new IllegalArgumentException(
                        "column '" + role + "' is in inputCols and is also the label, weight, "
                                + "base margin or validation indicator; allowed: one role a column. Take it out of inputCols.");
            }
        }
        return new TableColumns(
                usesInputCols ? null : features,
                inputs,
                vectorNames,
                label,
                target.labelKind(),
                weight,
                indicator,
                margin,
                target.numOutputs(),
                target.declaredClasses(),
                (float) stage.getMissing(),
                true);
    }

    private String column(String param) {
        return (String) stage.getOrDefault(stage.getParam(param));
    }

    private @Nullable String named(Param<String> param) {
        return stage.isSet(param) && !stage.getOrDefault(param).isEmpty() ? stage.getOrDefault(param) : null;
    }

    private static List<String> roles(@Nullable String... names) {
        List<String> roles = new ArrayList<>();
        for (String name : names) {
            if (name != null) {
                roles.add(name);
            }
        }
        return roles;
    }
}
