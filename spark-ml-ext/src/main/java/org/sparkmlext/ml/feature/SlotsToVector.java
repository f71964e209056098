package org.sparkmlext.ml.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.ComputedColumns;
import org.sparkmlext.ml.stage.VectorRows;

/**
 * A row's vector of its slots: a slot is a number, or the index of a category that stands for as many entries as there are categories.
 * All rows of a model are dense, or all are sparse: these where so many entries are 0 in every row that a sparse vector is smaller.
 */
final class SlotsToVector implements ComputedColumns.ValueFunction {
    private static final long serialVersionUID = 1L;

    /** Where each slot's entries begin. */
    private final int[] offsets;

    private final boolean[] isOneHot;
    private final int size;

    SlotsToVector(FittedTable table) {
        List<Integer> widths = new ArrayList<>();
        List<Boolean> oneHot = new ArrayList<>();
        for (FittedColumn column : table.columns()) {
            boolean isCategory =
                    column.categories() != null && column.categories().oneHot();
            if (isCategory) {
                widths.add(column.features().size());
                oneHot.add(true);
            } else {
                column.features().forEach(feature -> {
                    widths.add(1);
                    oneHot.add(false);
                });
            }
        }
        this.offsets = new int[widths.size()];
        this.isOneHot = new boolean[widths.size()];
        int at = 0;
        for (int s = 0; s < offsets.length; s++) {
            offsets[s] = at;
            isOneHot[s] = oneHot.get(s);
            at += widths.get(s);
        }
        this.size = at;
    }

    /** A dense entry takes 8 bytes; a stored one of a sparse vector 12, and there is at most one a slot. */
    private boolean isSparse() {
        return 12L * offsets.length + 12 < 8L * size;
    }

    @Override
    public Object apply(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("an array of features is null");
        }
        double[] slots = ((ArrayData) value).toDoubleArray();
        if (isSparse()) {
            return sparse(slots);
        }
        double[] entries = new double[size];
        for (int s = 0; s < slots.length; s++) {
            if (isOneHot[s]) {
                entries[offsets[s] + (int) slots[s]] = 1;
            } else {
                entries[offsets[s]] = slots[s];
            }
        }
        return VectorRows.dense(entries);
    }

    private Object sparse(double[] slots) {
        int[] indices = new int[slots.length];
        double[] values = new double[slots.length];
        int stored = 0;
        for (int s = 0; s < slots.length; s++) {
            // Zeros of numbers are not stored.
            if (isOneHot[s] || slots[s] != 0) {
                indices[stored] = offsets[s] + (isOneHot[s] ? (int) slots[s] : 0);
                values[stored++] = isOneHot[s] ? 1 : slots[s];
            }
        }
        return VectorRows.sparse(size, Arrays.copyOf(indices, stored), Arrays.copyOf(values, stored));
    }
}
