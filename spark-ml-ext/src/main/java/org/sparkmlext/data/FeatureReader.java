package org.sparkmlext.data;

import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.NumericType;

/** Reads the features of rows as float32: one NaN for all that is missing, one zero. One a partition. Not thread-safe. */
abstract sealed class FeatureReader permits ColumnReader, SingleColumnReader {

    protected final TableCounts counts;
    private final float missing;
    private final boolean allowsMissing;

    /** Whether the row at hand has no fault so far. */
    protected boolean isGood;

    FeatureReader(FeatureForm form, TableColumns columns, TableCounts counts) {
        this.counts = counts;
        this.missing = columns.missing();
        this.allowsMissing = columns.allowsMissing();
        counts.form(form);
    }

    /** The reader of features that come in a form. */
    static FeatureReader of(FeatureForm form, TableColumns columns, boolean[] isDouble, TableCounts counts) {
        if (columns.stepFeatures() > 0) {
            return new SequenceReader(form, columns, counts);
        }
        return switch (form) {
            case COLUMNS -> new ColumnReader(columns, isDouble, counts);
            case VECTOR -> new VectorReader(columns, counts);
            case FLOATS, DOUBLES -> new ArrayReader(form, columns, counts);
            case BINARY, BYTES -> new ByteReader(form, columns, counts);
            case IMAGE -> new ImageReader(columns, counts);
            case FLOAT_STEPS, DOUBLE_STEPS, VECTOR_STEPS -> new SequenceReader(form, columns, counts);
        };
    }

    /** The form of a column that holds all features of a row; empty if its type is none of them. */
    static Optional<FeatureForm> form(DataType type) {
        if (type.equals(SQLDataTypes.VectorType())) {
            return Optional.of(FeatureForm.VECTOR);
        }
        if (type instanceof BinaryType) {
            return Optional.of(FeatureForm.BINARY);
        }
        if (type instanceof ArrayType array && array.elementType() instanceof NumericType element) {
            return Optional.of(
                    element instanceof ByteType
                            ? FeatureForm.BYTES
                            : element instanceof DoubleType ? FeatureForm.DOUBLES : FeatureForm.FLOATS);
        }
        return ImageStructReader.isImage(type) ? Optional.of(FeatureForm.IMAGE) : Optional.empty();
    }

    /** The form of a column of sequences; empty if its type is none of them. */
    static Optional<FeatureForm> sequenceForm(DataType type) {
        if (type instanceof ArrayType array && array.elementType().equals(SQLDataTypes.VectorType())) {
            return Optional.of(FeatureForm.VECTOR_STEPS);
        }
        if (type instanceof ArrayType array
                && array.elementType() instanceof ArrayType step
                && step.elementType() instanceof NumericType element) {
            return Optional.of(element instanceof DoubleType ? FeatureForm.DOUBLE_STEPS : FeatureForm.FLOAT_STEPS);
        }
        // Bytes are numbers here, with their sign.
        return form(type)
                .map(form -> form == FeatureForm.BYTES ? FeatureForm.FLOATS : form)
                .filter(form ->
                        form == FeatureForm.FLOATS || form == FeatureForm.DOUBLES || form == FeatureForm.VECTOR);
    }

    /** Reads a row's features and keeps them until the next call; false, and faults counted, if they are at fault. */
    abstract boolean read(InternalRow row);

    /** Features a row, of the first row that has any; 0 before. */
    abstract int numFeatures();

    /** Value that is missing beside NaN; NaN for none. */
    final float missing() {
        return missing;
    }

    final boolean allowsMissing() {
        return allowsMissing;
    }

    /** Counts a missing value where the table allows none. */
    protected abstract void countMissing(int feature);

    /** What stands for values that sparse rows leave out. */
    float absent() {
        return missing == 0f ? Float.NaN : 0f;
    }

    /** An empty builder for rows as they are read here. */
    abstract TableBlockBuilder newBuilder(boolean hasWeights, int numMargins, boolean isValidation);

    /** Appends the features last read, and what else the row has. */
    abstract void addTo(TableBlockBuilder builder, float label, float weight, float[] margins);

    /** How messages call a feature. */
    abstract String name(int feature);

    /** A value as blocks hold it. After a fault, which is counted, {@link #isGood} is false. */
    protected final float narrowed(int feature, double value) {
        float narrow = (float) value;
        // Equal rows shall have equal bits. -0.0 == 0.0, and nothing equals a NaN.
        if (Float.isNaN(narrow) || narrow == missing) {
            if (!allowsMissing) {
                countMissing(feature);
                isGood = false;
            }
            return Float.NaN;
        }
        if (Float.isInfinite(narrow)) {
            counts.countFault(RowFault.FEATURE_INFINITE, name(feature), Double.toString(value));
            isGood = false;
        }
        return narrow + 0f;
    }
}
