package org.sparkmlext.ml.feature;

import java.util.List;

/**
 * What becomes of one column: the values of {@link TableColumnParams}, overrides included.
 *
 * @param dateParts which parts of dates are features
 */
record ColumnRules(
        String imputing,
        double imputeValue,
        boolean missingIndicator,
        String scaling,
        String invalidNumbers,
        String encoding,
        String categoryOrder,
        int minFrequency,
        int maxCategories,
        String handleInvalid,
        List<DatePart> dateParts,
        boolean cyclic) {

    /** @throws IllegalArgumentException if dateParts names no parts */
    static ColumnRules of(TableColumnParams stage) {
        return new ColumnRules(
                stage.getImputing(),
                stage.getImputeValue(),
                stage.getMissingIndicator(),
                stage.getScaling(),
                stage.getInvalidNumbers(),
                stage.getEncoding(),
                stage.getCategoryOrder(),
                stage.getMinFrequency(),
                stage.getMaxCategories(),
                stage.getHandleInvalid(),
                DatePart.parse(stage.getDateParts()),
                stage.getCyclic());
    }

    boolean isOneHot() {
        return encoding.equals(TableColumnParams.ONEHOT);
    }

    /** Whether fit must find quantiles of the values. */
    boolean needsQuantiles() {
        return imputing.equals(TableColumnParams.MEDIAN) || scaling.equals(TableColumnParams.ROBUST);
    }

    /** Whether fit must sum the values. */
    boolean needsSums() {
        return imputing.equals(TableColumnParams.MEAN) || scaling.equals(TableColumnParams.STANDARD);
    }

    boolean failsOnInvalidNumbers() {
        return invalidNumbers.equals(TableColumnParams.ERROR);
    }

    boolean keepsUnseen() {
        return handleInvalid.equals(TableColumnParams.KEEP);
    }
}
