package org.sparkmlext.data;

import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/** Reads the label, unless it is of several numbers, the weight and the validation indicator of rows. One a partition. Not thread-safe. */
final class TargetReader {

    private final TableColumns columns;
    private final TableCounts counts;
    private final int labelAt;
    private final int weightAt;
    private final int indicatorAt;

    private double label;
    private double weight;
    private boolean isValidation;

    /** @param labelAt where in a row the label stands; weight and indicator follow, as far as the table has them */
    TargetReader(TableColumns columns, int labelAt, TableCounts counts) {
        this.columns = columns;
        this.counts = counts;
        this.labelAt = labelAt;
        this.weightAt = columns.weightCol() == null ? -1 : labelAt + 1;
        this.indicatorAt = columns.validationIndicatorCol() == null ? -1 : labelAt + (weightAt < 0 ? 1 : 2);
    }

    /** Where in a row stands what follows these. */
    int end() {
        return Math.max(labelAt, Math.max(weightAt, indicatorAt)) + 1;
    }

    /** Reads all three; false, and every fault counted, if one is at fault. */
    boolean read(InternalRow row) {
        label = readLabel(row);
        weight = weightAt < 0 ? 1.0 : readWeight(row);
        boolean hasIndicator = indicatorAt < 0 || !row.isNullAt(indicatorAt);
        if (!hasIndicator) {
            fault(RowFault.INDICATOR_NULL, columns.validationIndicatorCol(), "");
        }
        isValidation = indicatorAt >= 0 && hasIndicator && row.getBoolean(indicatorAt);
        return !Double.isNaN(label) && !Double.isNaN(weight) && hasIndicator;
    }

    /** Of the row last read; 0 where labels are of several numbers. */
    float label() {
        return (float) label + 0f;
    }

    /** Of the row last read; 1 where the table has no weights. */
    float weight() {
        return (float) weight + 0f;
    }

    /** Of the row last read. */
    boolean isValidation() {
        return isValidation;
    }

    /** The label, or NaN after a fault. */
    private double readLabel(InternalRow row) {
        if (columns.labelKind() == TableColumns.LabelKind.REALS) {
            return 0;
        }
        if (row.isNullAt(labelAt)) {
            return fault(RowFault.LABEL_NULL, columns.labelCol(), "");
        }
        double read = row.getDouble(labelAt);
        if (Double.isNaN(read)) {
            return fault(RowFault.LABEL_NAN, columns.labelCol(), "");
        }
        RowFault fault = columns.labelKind().fault(read);
        return fault == null ? read : fault(fault, columns.labelCol(), Double.toString(read));
    }

    /** The weight, or NaN after a fault. */
    private double readWeight(InternalRow row) {
        if (row.isNullAt(weightAt)) {
            return fault(RowFault.WEIGHT_NULL, columns.weightCol(), "");
        }
        double read = row.getDouble(weightAt);
        RowFault fault = RowFault.ofWeight(read);
        return fault == null
                ? read
                : fault(fault, columns.weightCol(), Double.isNaN(read) ? "" : Double.toString(read));
    }

    private double fault(RowFault fault, @Nullable String column, String example) {
        counts.countFault(fault, String.valueOf(column), example);
        return Double.NaN;
    }
}
