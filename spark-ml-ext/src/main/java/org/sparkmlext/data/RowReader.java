package org.sparkmlext.data;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of Spark SQL into {@link TableBlock}s: on the driver it lays out the columns ({@link #of}, {@link #select}),
 * on the executors it reads partitions ({@link #read}).
 *
 * <p>Features become float32. Null and NaN are missing; an entry that a sparse vector leaves out is 0.0; -0.0 becomes
 * 0.0. Faulty rows are left out and counted in {@link Scan#counts}, so that one message can tell of all of them.
 */
public final class RowReader implements Serializable {
    private static final long serialVersionUID = 1L;

    private final TableColumns columns;
    /** Per input column: read as double, to tell an infinite value from one that is too large for float32. */
    private final boolean[] isDouble;

    private final MarginType marginType;

    private enum MarginType {
        NONE,
        NUMBER,
        ARRAY,
        VECTOR
    }

    private RowReader(TableColumns columns, boolean[] isDouble, MarginType marginType) {
        this.columns = columns;
        this.isDouble = isDouble;
        this.marginType = marginType;
    }

    /**
     * Lays out the columns.
     *
     * @throws IllegalArgumentException if a column has a type that cannot be read; names column and type
     */
    public static RowReader of(Dataset<?> data, TableColumns columns) {
        StructField[] fields = data.select(sources(data, columns)).schema().fields();
        int numInputs = columns.featuresCol() == null ? columns.inputCols().size() : 1;
        boolean[] isDouble = new boolean[numInputs];
        for (int i = 0; i < numInputs; i++) {
            DataType type = fields[i].dataType();
            if (columns.featuresCol() != null) {
                require(type.equals(SQLDataTypes.VectorType()), "featuresCol", fields[i], "an ML vector");
            } else {
                boolean isNumber = type instanceof NumericType || type instanceof BooleanType;
                require(isNumber, "inputCols", fields[i], "a numeric or boolean type");
                isDouble[i] = type.equals(DataTypes.DoubleType);
            }
        }
        int next = numInputs;
        require(fields[next].dataType() instanceof NumericType, "labelCol", fields[next++], "a numeric type");
        if (columns.weightCol() != null) {
            require(fields[next].dataType() instanceof NumericType, "weightCol", fields[next++], "a numeric type");
        }
        if (columns.validationIndicatorCol() != null) {
            require(
                    fields[next].dataType() instanceof BooleanType,
                    "validationIndicatorCol",
                    fields[next++],
                    "boolean");
        }
        MarginType marginType = columns.baseMarginCol() == null ? MarginType.NONE : marginType(fields[next]);
        return new RowReader(columns, isDouble, marginType);
    }

    private static MarginType marginType(StructField field) {
        DataType type = field.dataType();
        boolean isArray = type instanceof ArrayType array && array.elementType() instanceof NumericType;
        boolean isVector = type.equals(SQLDataTypes.VectorType());
        require(
                isArray || isVector || type instanceof NumericType,
                "baseMarginCol",
                field,
                "a numeric type, an array of numbers or an ML vector");
        return isArray ? MarginType.ARRAY : isVector ? MarginType.VECTOR : MarginType.NUMBER;
    }

    private static void require(boolean holds, String param, StructField field, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(param + " names column '" + field.name() + "' of type "
                    + field.dataType().simpleString() + "; needed is " + allowed);
        }
    }

    /** The columns as {@link #read} wants them, in its order; casts are part of the plan. */
    public Dataset<Row> select(Dataset<?> data) {
        Column[] selected = sources(data, columns);
        int numInputs = isDouble.length;
        if (columns.featuresCol() == null) {
            for (int i = 0; i < numInputs; i++) {
                selected[i] = selected[i].cast(isDouble[i] ? DataTypes.DoubleType : DataTypes.FloatType);
            }
        }
        int numNumbers = numInputs + 1 + (columns.weightCol() == null ? 0 : 1);
        for (int i = numInputs; i < numNumbers; i++) {
            selected[i] = selected[i].cast(DataTypes.DoubleType);
        }
        int last = selected.length - 1;
        if (marginType == MarginType.NUMBER) {
            selected[last] = selected[last].cast(DataTypes.DoubleType);
        } else if (marginType == MarginType.ARRAY) {
            selected[last] = selected[last].cast(DataTypes.createArrayType(DataTypes.DoubleType));
        }
        return data.select(selected);
    }

    private static Column[] sources(Dataset<?> data, TableColumns columns) {
        List<String> names =
                new ArrayList<>(columns.featuresCol() == null ? columns.inputCols() : List.of(columns.featuresCol()));
        names.add(columns.labelCol());
        if (columns.weightCol() != null) {
            names.add(columns.weightCol());
        }
        if (columns.validationIndicatorCol() != null) {
            names.add(columns.validationIndicatorCol());
        }
        if (columns.baseMarginCol() != null) {
            names.add(columns.baseMarginCol());
        }
        // Quoted: a dot in a name is part of the name, not a step into a struct.
        return names.stream()
                .map(name -> data.col("`" + name.replace("`", "``") + "`"))
                .toArray(Column[]::new);
    }

    /** Reads one partition, block by block. The rows may be one reused object: values are copied at once. */
    public Scan read(Iterator<InternalRow> rows) {
        return new Scan(rows);
    }

    /** Blocks of one partition; after the last one, {@link #counts} tells of all its rows. */
    public final class Scan implements Iterator<TableBlock> {
        private final Iterator<InternalRow> rows;
        private final TableCounts counts = new TableCounts();
        private final ArrayDeque<TableBlock> ready = new ArrayDeque<>();
        private final int labelAt = isDouble.length;
        private final int weightAt = columns.weightCol() == null ? -1 : labelAt + 1;
        private final int indicatorAt =
                columns.validationIndicatorCol() == null ? -1 : labelAt + (weightAt < 0 ? 1 : 2);
        private final int marginAt = labelAt + 1 + (weightAt < 0 ? 0 : 1) + (indicatorAt < 0 ? 0 : 1);
        private final boolean isClass = columns.labelKind() == TableColumns.LabelKind.CLASS_INDEX;

        private float[] values = new float[0];
        private float[] margins = new float[0];
        private @Nullable TableBlockBuilder training;
        private @Nullable TableBlockBuilder validation;

        private Scan(Iterator<InternalRow> rows) {
            this.rows = rows;
            if (columns.featuresCol() == null) {
                values = new float[isDouble.length];
            }
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && rows.hasNext()) {
                readRow(rows.next());
            }
            if (ready.isEmpty()) {
                flush(training);
                flush(validation);
            }
            return !ready.isEmpty();
        }

        @Override
        public TableBlock next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the partition has no more blocks");
            }
            return ready.remove();
        }

        /** Counts of the rows read so far; of all rows once {@link #hasNext} is false. */
        public TableCounts counts() {
            return counts;
        }

        private void readRow(InternalRow row) {
            counts.countRow();
            // All parts are looked at, even after a fault: every kind of fault is counted in full.
            boolean hasFeatures = columns.featuresCol() == null ? readColumns(row) : readVector(row);
            double label = readLabel(row);
            double weight = weightAt < 0 ? 1.0 : readWeight(row);
            boolean hasIndicator = indicatorAt < 0 || !row.isNullAt(indicatorAt);
            if (!hasIndicator) {
                fault(RowFault.INDICATOR_NULL, columns.validationIndicatorCol(), "");
            }
            boolean hasMargins = marginType == MarginType.NONE || readMargins(row);
            if (!hasFeatures || Double.isNaN(label) || Double.isNaN(weight) || !hasIndicator || !hasMargins) {
                return;
            }
            boolean isValidation = indicatorAt >= 0 && row.getBoolean(indicatorAt);
            counts.countGood(isValidation, (float) label, (float) weight);
            if (isClass) {
                counts.countClass(isValidation, (int) label);
            }
            TableBlockBuilder builder = builder(isValidation);
            builder.add(values, (float) label + 0f, (float) weight + 0f, margins);
            if (builder.isFull()) {
                flush(builder);
            }
        }

        private boolean readColumns(InternalRow row) {
            if (counts.rows() == 1) {
                counts.countLength(isDouble.length);
            }
            boolean isGood = true;
            for (int c = 0; c < isDouble.length; c++) {
                if (row.isNullAt(c)) {
                    values[c] = Float.NaN;
                } else if (isDouble[c]) {
                    isGood &= put(c, row.getDouble(c));
                } else {
                    float value = row.getFloat(c);
                    isGood &= put(c, value);
                }
            }
            return isGood;
        }

        /** Stores a value; false, and a fault counted, if it is infinite as a float32. */
        private boolean put(int feature, double value) {
            float narrow = (float) value;
            if (Float.isInfinite(narrow)) {
                String name = columns.featuresCol() == null
                        ? columns.inputCols().get(feature)
                        : columns.featuresCol() + "[" + feature + "]";
                fault(RowFault.FEATURE_INFINITE, name, Double.toString(value));
                return false;
            }
            // One NaN, one zero: equal rows shall have equal bits.
            values[feature] = Float.isNaN(narrow) ? Float.NaN : narrow + 0f;
            return true;
        }

        private boolean readVector(InternalRow row) {
            if (row.isNullAt(0)) {
                fault(RowFault.VECTOR_NULL, columns.featuresCol(), "");
                return false;
            }
            // Layout of the vector's user-defined type: kind, size, indices, values.
            InternalRow vector = row.getStruct(0, 4);
            boolean isSparse = vector.getByte(0) == 0;
            ArrayData entries = vector.getArray(3);
            int length = isSparse ? vector.getInt(1) : entries.numElements();
            counts.countLength(length);
            if (values.length == 0) {
                values = new float[length];
            }
            if (length != values.length || length == 0) {
                return false;
            }
            return isSparse ? readSparse(vector.getArray(2), entries) : readDense(entries);
        }

        private boolean readDense(ArrayData entries) {
            boolean isGood = true;
            for (int i = 0; i < values.length; i++) {
                isGood &= put(i, entries.getDouble(i));
            }
            return isGood;
        }

        private boolean readSparse(ArrayData indices, ArrayData entries) {
            Arrays.fill(values, 0f);
            boolean isGood = true;
            for (int i = 0; i < indices.numElements(); i++) {
                isGood &= put(indices.getInt(i), entries.getDouble(i));
            }
            return isGood;
        }

        /** The label, or NaN after a fault. */
        private double readLabel(InternalRow row) {
            if (row.isNullAt(labelAt)) {
                return fault(RowFault.LABEL_NULL, columns.labelCol(), "");
            }
            double label = row.getDouble(labelAt);
            if (Double.isNaN(label)) {
                return fault(RowFault.LABEL_NAN, columns.labelCol(), "");
            }
            RowFault fault = columns.labelKind().fault(label);
            if (fault != null) {
                return fault(fault, columns.labelCol(), Double.toString(label));
            }
            return label;
        }

        /** The weight, or NaN after a fault. */
        private double readWeight(InternalRow row) {
            if (row.isNullAt(weightAt)) {
                return fault(RowFault.WEIGHT_NULL, columns.weightCol(), "");
            }
            double weight = row.getDouble(weightAt);
            RowFault fault = RowFault.ofWeight(weight);
            if (fault != null) {
                return fault(fault, columns.weightCol(), Double.isNaN(weight) ? "" : Double.toString(weight));
            }
            return weight;
        }

        /** Reads the base margins; false after a fault. */
        private boolean readMargins(InternalRow row) {
            if (row.isNullAt(marginAt)) {
                fault(RowFault.MARGIN_NULL, columns.baseMarginCol(), "");
                return false;
            }
            if (marginType == MarginType.NUMBER) {
                return hasMarginLength(1) && putMargin(0, row.getDouble(marginAt));
            }
            boolean isArray = marginType == MarginType.ARRAY;
            InternalRow vector = isArray ? row : row.getStruct(marginAt, 4);
            ArrayData entries = isArray ? row.getArray(marginAt) : vector.getArray(3);
            boolean isSparse = !isArray && vector.getByte(0) == 0;
            if (!hasMarginLength(isSparse ? vector.getInt(1) : entries.numElements())) {
                return false;
            }
            Arrays.fill(margins, 0f);
            ArrayData indices = isSparse ? vector.getArray(2) : entries;
            boolean isGood = true;
            for (int i = 0; i < entries.numElements(); i++) {
                double margin = isArray && entries.isNullAt(i) ? Double.NaN : entries.getDouble(i);
                isGood &= putMargin(isSparse ? indices.getInt(i) : i, margin);
            }
            return isGood;
        }

        /** Whether this row has as many margins as the first one; other lengths are told of by their counts. */
        private boolean hasMarginLength(int length) {
            counts.countMarginLength(length);
            if (margins.length == 0) {
                margins = new float[length];
            }
            return length == margins.length && length > 0;
        }

        private boolean putMargin(int output, double value) {
            if (!Float.isFinite((float) value)) {
                fault(RowFault.MARGIN_NOT_FINITE, columns.baseMarginCol(), Double.toString(value));
                return false;
            }
            margins[output] = (float) value + 0f;
            return true;
        }

        private double fault(RowFault fault, @Nullable String column, String example) {
            counts.countFault(fault, String.valueOf(column), example);
            return Double.NaN;
        }

        private TableBlockBuilder builder(boolean isValidation) {
            TableBlockBuilder builder = isValidation ? validation : training;
            if (builder == null) {
                builder = new TableBlockBuilder(values.length, weightAt >= 0, margins.length, isValidation);
                if (isValidation) {
                    validation = builder;
                } else {
                    training = builder;
                }
            }
            return builder;
        }

        private void flush(@Nullable TableBlockBuilder builder) {
            if (builder != null && !builder.isEmpty()) {
                ready.add(builder.build());
            }
        }
    }
}
