package org.sparkmlext.ml.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.BinaryAttribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.attribute.NumericAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.ComputedColumns;
import org.sparkmlext.ml.stage.FeatureColumns;

/**
 * What a fitted table appends to other data.
 *
 * @param outputCol name of the vector; empty = none
 * @param prefix of the columns' names; empty = none
 */
record TableOutput(FittedTable table, String outputCol, String prefix) {

    /**
     * The schema with the output's columns appended.
     *
     * @throws IllegalArgumentException if columns are missing or of another type than in fit, or names are taken
     */
    StructType appendTo(StructType schema) {
        for (FittedColumn column : table.columns()) {
            StructField field = field(schema, column);
            if (!column.kind().family(field.dataType()).equals(column.family())) {
                throw new IllegalArgumentException("column '" + field.name() + "' (inputCols) has type "
                        + field.dataType().simpleString() + "; in fit it was " + column.family()
                        + ". Cast it, or fit anew.");
            }
        }
        List<Attribute> attributes = attributes();
        StructType output = schema;
        if (!outputCol.isEmpty()) {
            output = FeatureColumns.append(
                    output, vectorField(new AttributeGroup(outputCol, attributes.toArray(Attribute[]::new))));
        }
        if (prefix.isEmpty()) {
            return output;
        }
        if (table.hasOneHot()) {
            throw new IllegalArgumentException(
                    "columnPrefix is '" + prefix + "' and the model has one-hot categories; allowed:"
                            + " these in the vector (outputCol) only. Clear columnPrefix, or fit with encoding index.");
        }
        return appendSlots(output, prefix, attributes);
    }

    /** The schema that a table which is not fitted yet appends: names, without what only data tells. */
    static StructType unfitted(StructType schema, String outputCol, String prefix, List<String> features) {
        List<Attribute> attributes = features.stream()
                .map(name -> (Attribute) NumericAttribute.defaultAttr().withName(name))
                .toList();
        StructType output = outputCol.isEmpty()
                ? schema
                : FeatureColumns.append(schema, vectorField(new AttributeGroup(outputCol)));
        return prefix.isEmpty() ? output : appendSlots(output, prefix, attributes);
    }

    private static StructField vectorField(AttributeGroup group) {
        return new StructField(group.name(), SQLDataTypes.VectorType(), true, group.toMetadata());
    }

    private static StructType appendSlots(StructType schema, String prefix, List<Attribute> slots) {
        StructType output = schema;
        for (Attribute slot : slots) {
            String name = prefix + slot.name().get();
            output = FeatureColumns.append(
                    output,
                    new StructField(
                            name,
                            DataTypes.DoubleType,
                            false,
                            slot.withName(name).toMetadata()));
        }
        return output;
    }

    private static StructField field(StructType schema, FittedColumn column) {
        return FeatureColumns.find(schema, column.column(), "inputCols");
    }

    /** Attributes of the features that a column gives. */
    private static List<Attribute> attributes(FittedColumn column) {
        List<Attribute> attributes = new ArrayList<>();
        FittedCategories categories = column.categories();
        if (categories == null) {
            column.numbers()
                    .forEach(n -> attributes.add(NumericAttribute.defaultAttr().withName(n.name())));
            if (column.indicator() != null) {
                attributes.add(BinaryAttribute.defaultAttr().withName(column.indicator()));
            }
        } else if (categories.oneHot()) {
            categories
                    .features()
                    .forEach(f -> attributes.add(BinaryAttribute.defaultAttr().withName(f)));
        } else {
            attributes.add(NominalAttribute.defaultAttr()
                    .withName(categories.features().get(0))
                    .withValues(categories.labels().toArray(String[]::new)));
        }
        return attributes;
    }

    private List<Attribute> attributes() {
        return table.columns().stream().flatMap(c -> attributes(c).stream()).toList();
    }

    /** Appends the columns to data whose schema {@link #appendTo} has passed. */
    Dataset<Row> append(Dataset<?> data) {
        StructType output = appendTo(data.schema());
        List<Column> slots = slots(data.schema());
        List<Column> selected = new ArrayList<>(List.of(functions.col("*")));
        int first = data.schema().length();
        if (!outputCol.isEmpty()) {
            Column all = functions.array(slots.toArray(Column[]::new));
            Column vector = ComputedColumns.of(
                    "assemble_table", all, SQLDataTypes.VectorType(), true, new SlotsToVector(table));
            StructField field = output.fields()[first++];
            selected.add(vector.as(field.name(), field.metadata()));
        }
        for (StructField field : Arrays.copyOfRange(output.fields(), first, output.length())) {
            selected.add(slots.get(selected.size() - 1 - (outputCol.isEmpty() ? 0 : 1))
                    .as(field.name(), field.metadata()));
        }
        return data.toDF().select(selected.toArray(Column[]::new));
    }

    /** A double for each number, indicator and category. */
    private List<Column> slots(StructType schema) {
        List<Column> slots = new ArrayList<>();
        for (FittedColumn column : table.columns()) {
            StructField field = field(schema, column);
            String name = field.name();
            DataType type = field.dataType();
            if (column.categories() != null) {
                slots.add(TableExpressions.index(column.categories(), name, type));
                continue;
            }
            for (FittedNumber number : column.numbers()) {
                slots.add(TableExpressions.feature(column, number, name, type, table.timeZone()));
            }
            if (column.indicator() != null) {
                slots.add(TableExpressions.indicator(column, name, type));
            }
        }
        return slots;
    }
}
