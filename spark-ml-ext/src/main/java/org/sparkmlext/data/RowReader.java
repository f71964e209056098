package org.sparkmlext.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of Spark SQL into {@link TableBlock}s: on the driver it lays out the columns ({@link #of}, {@link #select}),
 * on the executors it reads partitions ({@link #read}, or {@link #readBatches} where the plan gives columns).
 *
 * <p>Features become float32, or stay unsigned bytes ({@link FeatureForm}). Null, NaN and what equals {@link TableColumns#missing} are missing; an entry that a sparse vector
 * leaves out is 0.0, so missing where {@code missing} is 0.0; -0.0 becomes 0.0. A missing value is
 * a fault where the table allows none. Faulty rows are left out and counted in
 * {@link TableScan#counts}, so that one message can tell of all of them.
 */
public final class RowReader implements Serializable {

    /** The form of a column that holds all features of a row; empty if its type is none of them. */
    public static Optional<FeatureForm> form(DataType type) {
        return FeatureReader.form(type);
    }

    /** The form of a column of sequences; empty if its type is none of them. */
    public static Optional<FeatureForm> sequenceForm(DataType type) {
        return FeatureReader.sequenceForm(type);
    }

    private static final long serialVersionUID = 1L;

    private final TableColumns columns;
    /** Per input column: read as double, to tell an infinite value from one that is too large for float32. */
    private final boolean[] isDouble;

    private final FeatureForm featureForm;
    private final MarginReader.Form labelForm;
    private final MarginReader.Form marginForm;

    private RowReader(
            TableColumns columns,
            FeatureForm featureForm,
            boolean[] isDouble,
            MarginReader.Form labelForm,
            MarginReader.Form marginForm) {
        this.columns = columns;
        this.featureForm = featureForm;
        this.isDouble = isDouble;
        this.labelForm = labelForm;
        this.marginForm = marginForm;
    }

    /**
     * Lays out the columns.
     *
     * @throws IllegalArgumentException if a column has a type that cannot be read; names column and type
     */
    public static RowReader of(Dataset<?> data, TableColumns columns) {
        StructField[] fields = data.select(sources(data, columns)).schema().fields();
        int numInputs = columns.featuresCol() == null ? columns.inputCols().size() : 1;
        FeatureForm form = FeatureForm.COLUMNS;
        boolean[] isDouble = new boolean[numInputs];
        for (int i = 0; i < numInputs; i++) {
            DataType type = fields[i].dataType();
            if (columns.stepFeatures() > 0) {
                Optional<FeatureForm> found = FeatureReader.sequenceForm(type);
                require(
                        found.isPresent(),
                        "sequenceCol",
                        fields[i],
                        "an array of steps, each an array of numbers or an ML vector, or one array of numbers or vector with all steps");
                form = found.orElseThrow();
            } else if (columns.featuresCol() != null) {
                Optional<FeatureForm> found = FeatureReader.form(type);
                require(
                        found.isPresent(),
                        "featuresCol",
                        fields[i],
                        "an ML vector, an array of numbers, a binary value (one byte a feature) or one of Spark's images");
                form = found.orElseThrow();
            } else {
                boolean isNumber = type instanceof NumericType || type instanceof BooleanType;
                require(isNumber, "inputCols", fields[i], "a numeric or boolean type");
                isDouble[i] = type.equals(DataTypes.DoubleType);
            }
        }
        int next = numInputs;
        MarginReader.Form labelForm = MarginReader.Form.NUMBER;
        if (columns.labelKind() == TableColumns.LabelKind.REALS) {
            labelForm = outputsForm("labelCol", fields[next++]);
        } else {
            require(fields[next].dataType() instanceof NumericType, "labelCol", fields[next++], "a numeric type");
        }
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
        MarginReader.Form marginForm =
                columns.baseMarginCol() == null ? MarginReader.Form.NONE : outputsForm("baseMarginCol", fields[next]);
        return new RowReader(columns, form, isDouble, labelForm, marginForm);
    }

    private static MarginReader.Form outputsForm(String param, StructField field) {
        DataType type = field.dataType();
        boolean isArray = type instanceof ArrayType array && array.elementType() instanceof NumericType;
        boolean isVector = type.equals(SQLDataTypes.VectorType());
        require(
                isArray || isVector || type instanceof NumericType,
                param,
                field,
                "a numeric type, an array of numbers or an ML vector");
        return isArray ? MarginReader.Form.ARRAY : isVector ? MarginReader.Form.VECTOR : MarginReader.Form.NUMBER;
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
        DataType floats = DataTypes.createArrayType(DataTypes.FloatType);
        if (featureForm == FeatureForm.FLOATS) {
            selected[0] = selected[0].cast(floats);
        }
        if (featureForm == FeatureForm.FLOAT_STEPS) {
            selected[0] = selected[0].cast(DataTypes.createArrayType(floats));
        }
        selected[numInputs] = ofDoubles(selected[numInputs], labelForm);
        if (columns.weightCol() != null) {
            selected[numInputs + 1] = selected[numInputs + 1].cast(DataTypes.DoubleType);
        }
        int last = selected.length - 1;
        selected[last] = ofDoubles(selected[last], marginForm);
        return data.select(selected);
    }

    private static Column ofDoubles(Column column, MarginReader.Form form) {
        return switch (form) {
            case NUMBER -> column.cast(DataTypes.DoubleType);
            case ARRAY -> column.cast(DataTypes.createArrayType(DataTypes.DoubleType));
            case NONE, VECTOR -> column;
        };
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
    public TableScan read(Iterator<InternalRow> rows) {
        return scan(rows, Collections.emptyIterator(), null);
    }

    /**
     * Reads one partition of plain columns, block by block; the blocks are those of its rows. Batches may be one reused object:
     * values are copied at once.
     *
     * @param readers one a column of {@link #select}, in its order
     * @throws IllegalArgumentException if these are not as many as there are columns, or the features are a vector, or
     *     labels are of several numbers
     */
    public TableScan readBatches(Iterator<ColumnarBatch> batches, List<NumberReader> readers) {
        if (columns.featuresCol() != null) {
            throw new IllegalArgumentException(
                    "vector column '" + columns.featuresCol() + "' cannot be read from batches; read its rows");
        }
        if (columns.labelKind() == TableColumns.LabelKind.REALS) {
            throw new IllegalArgumentException("label column '" + columns.labelCol()
                    + "' of several numbers a row cannot be read from batches; read its rows");
        }
        return scan(Collections.emptyIterator(), batches, new BatchReader(readers, columns));
    }

    private TableScan scan(Iterator<InternalRow> rows, Iterator<ColumnarBatch> batches, @Nullable BatchReader batch) {
        TableCounts counts = new TableCounts();
        FeatureReader features = FeatureReader.of(featureForm, columns, isDouble, counts);
        TargetReader target = new TargetReader(columns, isDouble.length, counts);
        MarginReader margins = columns.labelKind() == TableColumns.LabelKind.REALS
                ? new MarginReader(
                        labelForm,
                        isDouble.length,
                        columns.labelCol(),
                        RowFault.LABEL_NULL,
                        RowFault.LABEL_NOT_FINITE,
                        counts)
                : new MarginReader(
                        marginForm,
                        target.end(),
                        String.valueOf(columns.baseMarginCol()),
                        RowFault.MARGIN_NULL,
                        RowFault.MARGIN_NOT_FINITE,
                        counts);
        return new TableScan(rows, batches, batch, columns, counts, features, target, margins);
    }
}
