package org.sparkmlext.data;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * Features that are a sequence, the first column of a row: an array of steps, each an array of numbers or a vector, or one array or vector
 * with the numbers of all steps, one step after the other. Rows may have any number of steps, all with as many features.
 */
final class SequenceReader extends SingleColumnReader {

    private final FeatureForm form;
    /** Features a step: of flat rows as the table says, of others as the first step that was read has; 0 before. */
    private int width;

    /** Steps of a row that are kept, its last ones; 0 = all. */
    private final int mostSteps;

    private float[] values = {};
    private int numSteps;

    SequenceReader(FeatureForm form, TableColumns columns, TableCounts counts) {
        super(form, columns, counts);
        this.form = form;
        this.width = form.hasSteps() ? 0 : columns.stepFeatures();
        this.mostSteps = columns.mostSteps();
    }

    @Override
    boolean read(InternalRow row) {
        if (!begin(row)) {
            return false;
        }
        return form == FeatureForm.VECTOR
                ? readFlat(new VectorValues(row.getStruct(0, VectorValues.FIELDS)))
                : form.hasSteps() ? readSteps(row.getArray(0)) : readFlat(new ArrayValues(row.getArray(0)));
    }

    private boolean readFlat(StepValues source) {
        int length = source.length();
        numSteps = length / width;
        if (length == 0) {
            counts.countFault(RowFault.SEQUENCE_EMPTY, column, "");
            return false;
        }
        if (length % width != 0) {
            counts.countFault(RowFault.SEQUENCE_CUT, column, length + " values, " + width + " a step");
            return false;
        }
        counts.countLength(width);
        readValues(source, 0);
        keepLastSteps();
        return isGood;
    }

    private boolean readSteps(ArrayData steps) {
        numSteps = steps.numElements();
        if (numSteps == 0) {
            counts.countFault(RowFault.SEQUENCE_EMPTY, column, "");
            return false;
        }
        int widthOfRow = -1;
        for (int step = 0; step < numSteps; step++) {
            if (steps.isNullAt(step)) {
                counts.countFault(RowFault.STEP_NULL, column, "step " + step);
                return false;
            }
            StepValues source = form == FeatureForm.VECTOR_STEPS
                    ? new VectorValues(steps.getStruct(step, VectorValues.FIELDS))
                    : new ArrayValues(steps.getArray(step));
            int length = source.length();
            if (step == 0) {
                widthOfRow = length;
                counts.countLength(length);
                width = width == 0 ? length : width;
            } else if (length != widthOfRow) {
                counts.countFault(
                        RowFault.STEPS_UNEQUAL,
                        column,
                        length + " features in step " + step + " after " + widthOfRow + " in step 0");
                return false;
            }
            if (length != width || length == 0) {
                return false;
            }
            readValues(source, step * width);
        }
        keepLastSteps();
        return isGood;
    }

    private void keepLastSteps() {
        if (mostSteps > 0 && numSteps > mostSteps) {
            System.arraycopy(values, (numSteps - mostSteps) * width, values, 0, mostSteps * width);
            numSteps = mostSteps;
        }
        counts.countSteps(numSteps);
    }

    private void readValues(StepValues source, int at) {
        int end = at + source.length();
        if (values.length < end) {
            values = Arrays.copyOf(values, Math.max(end, 2 * values.length));
        }
        if (source.isAtFault()) {
            return;
        }
        for (int i = at; i < end; i++) {
            values[i] = narrowed(i, source.next());
        }
    }

    /** The numbers of a step, or of all steps, in order. */
    private interface StepValues {
        int length();

        /** Whether they cannot be read; counts the fault. */
        boolean isAtFault();

        /** The next number; a null is NaN. */
        double next();
    }

    private final class ArrayValues implements StepValues {
        private final ArrayData array;
        private final boolean isDouble = form == FeatureForm.DOUBLES || form == FeatureForm.DOUBLE_STEPS;
        private int at;

        ArrayValues(ArrayData array) {
            this.array = array;
        }

        @Override
        public int length() {
            return array.numElements();
        }

        @Override
        public boolean isAtFault() {
            return false;
        }

        @Override
        public double next() {
            int i = at++;
            return array.isNullAt(i) ? Double.NaN : isDouble ? array.getDouble(i) : array.getFloat(i);
        }
    }

    /** Of a vector, dense or sparse; what a sparse one leaves out is 0. */
    private final class VectorValues implements StepValues {
        /** Layout of the vector's user-defined type: kind, size, indices, values. */
        static final int FIELDS = 4;

        private final boolean isSparse;
        private final int length;
        private final ArrayData entries;
        private final ArrayData indices;
        private int at;
        private int stored;

        VectorValues(InternalRow vector) {
            isSparse = vector.getByte(0) == 0;
            entries = vector.getArray(3);
            length = isSparse ? vector.getInt(1) : entries.numElements();
            indices = isSparse ? vector.getArray(2) : entries;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public boolean isAtFault() {
            int last = -1;
            for (int i = 0; isSparse && i < indices.numElements(); i++) {
                int f = indices.getInt(i);
                if (f <= last || f >= length) {
                    counts.countFault(RowFault.VECTOR_INDICES, column, f + " after " + last + " of " + length);
                    isGood = false;
                    return true;
                }
                last = f;
            }
            return false;
        }

        @Override
        public double next() {
            int i = at++;
            if (!isSparse) {
                return entries.getDouble(i);
            }
            return stored < indices.numElements() && indices.getInt(stored) == i ? entries.getDouble(stored++) : 0;
        }
    }

    @Override
    int numFeatures() {
        return width;
    }

    @Override
    TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation) {
        return TableBlockBuilder.ofSequences(width, hasWeights, numMargins, isValidation);
    }

    @Override
    void addTo(TableBlockBuilder builder, float label, float weight, float[] margins) {
        builder.addSequence(values, numSteps, label, weight, margins);
    }

    @Override
    String place(int index) {
        return "feature " + index % width + " of step " + index / width;
    }

    /** Steps are many: a fault is told of a feature in any of them. */
    @Override
    String name(int index) {
        return column + "[step][" + index % width + "]";
    }
}
