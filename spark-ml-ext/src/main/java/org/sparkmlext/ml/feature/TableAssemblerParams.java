package org.sparkmlext.ml.feature;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.sparkmlext.ml.stage.CheckedParams;

/** Which columns of a table become features, and where those go; see {@link TableAssembler}. */
public interface TableAssemblerParams extends TableColumnParams {

    default StringArrayParam inputCols() {
        return CheckedParams.ofColumns(
                this,
                "inputCols",
                "columns that become features, in this order: numbers, decimals and booleans stay numbers, texts are categories, of"
                        + " dates and timestamps dateParts are taken (default: undefined)");
    }

    default String[] getInputCols() {
        return getOrDefault(inputCols());
    }

    default StringArrayParam categoricalCols() {
        return CheckedParams.ofColumns(
                this,
                "categoricalCols",
                "those of inputCols that hold numbers or booleans but are categories, as texts are (default: undefined)");
    }

    default String[] getCategoricalCols() {
        return getOrDefault(categoricalCols());
    }

    default StringArrayParam numericCols() {
        return CheckedParams.ofColumns(
                this,
                "numericCols",
                "those of inputCols that hold texts to be read as numbers; not guessed from the texts (default: undefined)");
    }

    default String[] getNumericCols() {
        return getOrDefault(numericCols());
    }

    default Param<String> overrides() {
        return CheckedParams.ofText(
                this,
                "overrides",
                "other settings for single columns: a JSON object of column to object of Param to value, for the Params from imputing"
                        + " to cyclic, such as {'age': {'scaling': 'robust'}, 'town': {'encoding': 'onehot', 'minFrequency': 20}};"
                        + " single quotes will do (text; default empty)");
    }

    default String getOverrides() {
        return getOrDefault(overrides());
    }

    default Param<String> outputCol() {
        return CheckedParams.ofText(
                this,
                "outputCol",
                "output column: the vector of all features, with their names, and categories' values, as ML attributes; empty = none"
                        + " (text; default features)");
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default Param<String> columnPrefix() {
        return CheckedParams.ofText(
                this,
                "columnPrefix",
                "a column of double a feature, named by this and the feature's name, for inputCols of boosted trees; not with encoding"
                        + " onehot; empty = no such columns (text; default empty)");
    }

    default String getColumnPrefix() {
        return getOrDefault(columnPrefix());
    }

    default Param<String> validationIndicatorCol() {
        return CheckedParams.ofText(
                this,
                "validationIndicatorCol",
                "boolean column that is true for rows to validate on: fit leaves them out (default: undefined)");
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(TableAssemblerParams stage) {
        TableColumnParams.setDefaults(stage);
        stage.setDefault(stage.overrides(), "");
        stage.setDefault(stage.outputCol(), "features");
        stage.setDefault(stage.columnPrefix(), "");
    }
}
