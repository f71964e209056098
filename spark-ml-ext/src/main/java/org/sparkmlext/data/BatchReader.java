package org.sparkmlext.data;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole batches of plain columns into arrays, which are written again by the next {@link #read}. One a partition. Not
 * thread-safe.
 */
final class BatchReader {

    private final List<NumberReader> columns;
    private final TableColumns.LabelKind labelKind;
    private final float missing;
    private final boolean allowsMissing;
    private final float[][] features;
    private final int labelAt;
    private final int weightAt;
    private final int indicatorAt;
    private final int marginAt;

    private int capacity;
    private int numRows;
    private double[] doubles = {};
    private float[] labels = {};
    private float[] weights = {};
    private float[][] margins = {};
    private boolean[] indicators = {};

    /**
     * @param columns one a column, in the order of {@link RowReader#select}: features, label, and as far as the table has them
     *     weight, validation indicator and one base margin
     */
    BatchReader(List<NumberReader> columns, TableColumns table) {
        this.columns = columns;
        this.labelKind = table.labelKind();
        this.missing = table.missing();
        this.allowsMissing = table.allowsMissing();
        this.labelAt = table.inputCols().size();
        this.features = new float[labelAt][];
        int next = labelAt + 1;
        this.weightAt = table.weightCol() == null ? -1 : next++;
        this.indicatorAt = table.validationIndicatorCol() == null ? -1 : next++;
        this.marginAt = table.baseMarginCol() == null ? -1 : next++;
        if (next != columns.size()) {
            throw new IllegalArgumentException(
                    "a table of " + next + " columns was given readers of " + columns.size());
        }
    }

    /** Reads a batch; false if a value of any row is at fault, after which {@link #rowAt} still gives the rows one by one. */
    boolean read(ColumnarBatch batch) {
        numRows = batch.numRows();
        if (numRows > capacity) {
            allocate(numRows);
        }
        for (int f = 0; f < features.length; f++) {
            columns.get(f).readFloats(batch, features[f]);
            if (!normalize(features[f])) {
                return false;
            }
        }
        return readLabels(batch)
                && (weightAt < 0 || readWeights(batch))
                && (indicatorAt < 0 || columns.get(indicatorAt).readBooleans(batch, indicators))
                && (marginAt < 0 || readMargins(batch));
    }

    private void allocate(int rows) {
        capacity = rows;
        for (int f = 0; f < features.length; f++) {
            features[f] = new float[rows];
        }
        doubles = new double[rows];
        labels = new float[rows];
        weights = new float[rows];
        Arrays.fill(weights, 1f);
        indicators = new boolean[rows];
        margins = marginAt < 0 ? new float[0][] : new float[1][rows];
    }

    /** Values as blocks hold them, as {@link FeatureReader#narrowed} makes them; false if one is at fault. */
    private boolean normalize(float[] values) {
        boolean isGood = true;
        for (int i = 0; i < numRows; i++) {
            float value = values[i];
            boolean isMissing = Float.isNaN(value) || value == missing;
            isGood &= isMissing ? allowsMissing : !Float.isInfinite(value);
            values[i] = isMissing ? Float.NaN : value + 0f;
        }
        return isGood;
    }

    private boolean readLabels(ColumnarBatch batch) {
        columns.get(labelAt).readDoubles(batch, doubles);
        for (int i = 0; i < numRows; i++) {
            if (Double.isNaN(doubles[i]) || labelKind.fault(doubles[i]) != null) {
                return false;
            }
            labels[i] = (float) doubles[i] + 0f;
        }
        return true;
    }

    private boolean readWeights(ColumnarBatch batch) {
        columns.get(weightAt).readDoubles(batch, doubles);
        for (int i = 0; i < numRows; i++) {
            if (RowFault.ofWeight(doubles[i]) != null) {
                return false;
            }
            weights[i] = (float) doubles[i] + 0f;
        }
        return true;
    }

    private boolean readMargins(ColumnarBatch batch) {
        columns.get(marginAt).readDoubles(batch, doubles);
        for (int i = 0; i < numRows; i++) {
            margins[0][i] = (float) doubles[i] + 0f;
            if (!Float.isFinite(margins[0][i])) {
                return false;
            }
        }
        return true;
    }

    /** A row of a batch with the values that {@link RowReader#select} gives it. */
    InternalRow rowAt(ColumnarBatch batch, int row) {
        @Nullable Object[] values = new Object[columns.size()];
        for (int c = 0; c < values.length; c++) {
            values[c] = columns.get(c).valueAt(batch, row);
        }
        return new GenericInternalRow(values);
    }

    int numRows() {
        return numRows;
    }

    /** {@code features()[feature][row]}; longer than the batch, as all arrays here. */
    float[][] features() {
        return features;
    }

    float[] labels() {
        return labels;
    }

    /** 1 where the table has no weights. */
    float[] weights() {
        return weights;
    }

    /** {@code margins()[0][row]}; empty where the table has none. */
    float[][] margins() {
        return margins;
    }

    /** The end of the run of rows from {@code from} that are all training or all validation rows. */
    int endOfRun(int from) {
        if (indicatorAt < 0) {
            return numRows;
        }
        int to = from + 1;
        while (to < numRows && indicators[to] == indicators[from]) {
            to++;
        }
        return to;
    }

    boolean isValidation(int row) {
        return indicatorAt >= 0 && indicators[row];
    }
}
