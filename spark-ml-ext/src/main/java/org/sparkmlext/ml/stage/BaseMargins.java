package org.sparkmlext.ml.stage;

import java.io.Serializable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * The column of raw scores that a model's own come on top of, as in training. A row without a finite one for each raw score
 * is an error, whatever {@code handleInvalid} says of features.
 *
 * @param name of a number, array or vector column
 */
record BaseMargins(String name) implements Serializable {

    /**
     * The margins as an array of doubles.
     *
     * @throws IllegalArgumentException if the column is missing or of a wrong type
     */
    Column column(StructType schema) {
        DataType type = FeatureColumns.checkMarginColumn(schema, name);
        Column column = functions.col("`" + name.replace("`", "``") + "`");
        if (type instanceof NumericType) {
            // Null, not an array of null, for a row without margin.
            return functions.when(column.isNotNull(), functions.array(column.cast(DataTypes.DoubleType)));
        }
        return type instanceof ArrayType
                ? column.cast(DataTypes.createArrayType(DataTypes.DoubleType))
                : functions.when(column.isNotNull(), org.apache.spark.ml.functions.vector_to_array(column, "float64"));
    }

    /** @param pair raw prediction, as Spark SQL holds vectors, and margins */
    double[] added(InternalRow pair, RowScorer scorer) {
        if (pair.isNullAt(1)) {
            throw refused("is null");
        }
        ArrayData array = pair.getArray(1);
        int needed = scorer.numMargins();
        if (array.numElements() != needed) {
            throw refused("holds " + array.numElements() + " numbers");
        }
        double[] margins = new double[needed];
        for (int k = 0; k < needed; k++) {
            margins[k] = array.isNullAt(k) ? Double.NaN : array.getDouble(k);
            if (!Double.isFinite(margins[k])) {
                throw refused("holds " + margins[k]);
            }
        }
        return scorer.plus(VectorRows.values(pair.getStruct(0, VectorRows.FIELDS)), margins);
    }

    private IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(
                "column '" + name + "' (baseMarginCol) " + what + " in a row; allowed: a finite"
                        + " number for each raw score of the model. Clear baseMarginCol of the model to score without margins.");
    }
}
