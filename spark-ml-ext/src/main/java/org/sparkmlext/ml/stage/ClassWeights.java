package org.sparkmlext.ml.stage;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.sparkmlext.data.TableColumns;

/**
 * Row weights multiplied by the weight of the row's class, as an expression on the DataFrame: the one scan of training
 * computes it, and everything after the scan knows row weights only.
 */
public final class ClassWeights {

    private static final String NAME = "classWeights";

    private ClassWeights() {}

    /** A table to train on. */
    public record Weighted(Dataset<?> data, TableColumns columns) {}

    /** The table with a weight column of its own, named for what it is so that messages about bad weights say it. */
    public static Weighted of(Dataset<?> data, TableColumns columns, double[] classWeights) {
        Column[] entries = new Column[2 * classWeights.length];
        for (int c = 0; c < classWeights.length; c++) {
            entries[2 * c] = functions.lit((double) c);
            entries[2 * c + 1] = functions.lit(classWeights[c]);
        }
        // Plus 0: minus zero is class 0 too.
        Column label = FeatureColumns.byName(columns.labelCol())
                .cast(DataTypes.DoubleType)
                .plus(functions.lit(0.0));
        // A label without weight is no class, or one too many: the scan refuses both for what they are.
        Column weight = functions.coalesce(functions.map(entries).getItem(label), functions.lit(1.0));
        String name = NAME;
        if (columns.weightCol() != null) {
            weight = FeatureColumns.byName(columns.weightCol())
                    .cast(DataTypes.DoubleType)
                    .multiply(weight);
            name = columns.weightCol() + " * " + NAME;
        }
        Dataset<Row> rows = data.toDF();
        while (Arrays.stream(rows.columns()).anyMatch(name::equalsIgnoreCase)) {
            name += "_";
        }
        return new Weighted(rows.withColumn(name, weight), columns.withWeightCol(name));
    }
}
