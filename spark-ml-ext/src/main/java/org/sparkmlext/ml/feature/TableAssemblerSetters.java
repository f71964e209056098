package org.sparkmlext.ml.feature;

import org.apache.spark.ml.param.Params;

/**
 * Setters of {@link TableAssemblerParams}; each returns the stage itself.
 *
 * @param <E> the stage itself
 */
public interface TableAssemblerSetters<E extends Params> extends TableAssemblerParams {

    @SuppressWarnings("unchecked")
    private E same(Params changed) {
        return (E) changed;
    }

    default E setInputCols(String[] value) {
        return same(set(inputCols(), value));
    }

    default E setCategoricalCols(String[] value) {
        return same(set(categoricalCols(), value));
    }

    default E setNumericCols(String[] value) {
        return same(set(numericCols(), value));
    }

    default E setOverrides(String value) {
        return same(set(overrides(), value));
    }

    default E setOutputCol(String value) {
        return same(set(outputCol(), value));
    }

    default E setColumnPrefix(String value) {
        return same(set(columnPrefix(), value));
    }

    default E setValidationIndicatorCol(String value) {
        return same(set(validationIndicatorCol(), value));
    }

    default E setImputing(String value) {
        return same(set(imputing(), value));
    }

    default E setImputeValue(double value) {
        return same(set(imputeValue(), value));
    }

    default E setMissingIndicator(boolean value) {
        return same(set(missingIndicator(), value));
    }

    default E setScaling(String value) {
        return same(set(scaling(), value));
    }

    default E setInvalidNumbers(String value) {
        return same(set(invalidNumbers(), value));
    }

    default E setEncoding(String value) {
        return same(set(encoding(), value));
    }

    default E setCategoryOrder(String value) {
        return same(set(categoryOrder(), value));
    }

    default E setMinFrequency(int value) {
        return same(set(minFrequency(), value));
    }

    default E setMaxCategories(int value) {
        return same(set(maxCategories(), value));
    }

    default E setHandleInvalid(String value) {
        return same(set(handleInvalid(), value));
    }

    default E setDateParts(String value) {
        return same(set(dateParts(), value));
    }

    default E setCyclic(boolean value) {
        return same(set(cyclic(), value));
    }
}
