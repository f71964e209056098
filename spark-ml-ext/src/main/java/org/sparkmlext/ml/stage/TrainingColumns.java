package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;

/**
 * The columns that a trainable stage reads, found in a schema and checked: types, and one role a column.
 *
 * @param stage the estimator's Params; it has {@code featuresCol} and {@code labelCol}
 * @param source where features come from
 */
record TrainingColumns(ColumnParams stage, FeatureSource source) {

    /** @throws IllegalArgumentException if columns are missing, of a wrong type, or in two roles */
    TableColumns find(StructType schema, TrainingTarget target) {
        boolean usesInputCols = source.allowsInputCols() && FeatureColumns.usesInputCols(stage);
        List<String> vectorNames = List.of();
        List<String> inputs = List.of();
        String features = source.column().isEmpty() ? column("featuresCol") : source.column();
        if (source.rows() == FeatureSource.Rows.WHOLE) {
            FeatureColumns.checkWholeRow(schema, features, source.param());
        } else if (source.rows() == FeatureSource.Rows.SEQUENCES) {
            FeatureColumns.checkSequences(schema, features, source.param());
        } else if (usesInputCols) {
            inputs = Arrays.asList(stage.getInputCols());
            FeatureColumns.checkInputCols(schema, inputs);
        } else {
            StructField vector = FeatureColumns.checkVector(schema, features);
            vectorNames = FeatureColumns.vectorNames(vector).orElse(List.of());
        }
        String label = column("labelCol");
        TableColumns.LabelKind kind = target.labelKind();
        if (kind != TableColumns.LabelKind.REALS) {
            FeatureColumns.checkNumericColumn(schema, label, "labelCol");
        } else if (!FeatureColumns.checkTargetsColumn(schema, label)) {
            kind = TableColumns.LabelKind.REAL;
        }
        String weight = FeatureColumns.named(stage, stage.weightCol());
        if (weight != null) {
            FeatureColumns.checkNumericColumn(schema, weight, "weightCol");
        }
        String indicator = FeatureColumns.named(stage, stage.validationIndicatorCol());
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
                kind,
                weight,
                indicator,
                margin,
                kind == TableColumns.LabelKind.REAL ? Math.max(1, target.numOutputs()) : target.numOutputs(),
                target.declaredClasses(),
                (float) stage.getMissing(),
                source.rows() == FeatureSource.Rows.VECTORS);
    }

    private String column(String param) {
        return (String) stage.getOrDefault(stage.getParam(param));
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
