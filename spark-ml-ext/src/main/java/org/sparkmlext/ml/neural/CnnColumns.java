package org.sparkmlext.ml.neural;

import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.stage.FeatureSource;
import org.sparkmlext.ml.stage.ScoredColumn;

/** Which columns a network for images reads, and which it gives beside predictions. */
final class CnnColumns {

    private CnnColumns() {}

    /**
     * Where images come from.
     *
     * @throws IllegalArgumentException if both imageCol and featuresCol are set
     */
    static FeatureSource source(CnnParams stage) {
        boolean hasFeatures = stage.isSet(stage.getParam("featuresCol"));
        if (stage.getImageCol().isEmpty()) {
            return new FeatureSource("", "featuresCol", true, false);
        }
        if (hasFeatures) {
            throw new IllegalArgumentException("both imageCol ('" + stage.getImageCol() + "') and featuresCol ('"
                    + stage.getOrDefault(stage.getParam("featuresCol"))
                    + "') are set; allowed: one of them. Clear the other.");
        }
        return new FeatureSource(stage.getImageCol(), "imageCol", true, false);
    }

    /** Name of the column. */
    static String name(CnnParams stage) {
        String column = source(stage).column();
        return column.isEmpty() ? (String) stage.getOrDefault(stage.getParam("featuresCol")) : column;
    }

    /** The column; faults as in {@link #source} and {@link FeatureColumns#find}. */
    static StructField field(CnnParams stage, StructType schema) {
        return FeatureColumns.find(schema, name(stage), source(stage).param());
    }

    /**
     * The schema with the column of embeddings, if one is wanted, as the last.
     *
     * @param length of the vectors; -1 where it is not known yet
     * @throws IllegalArgumentException if there is a column of that name
     */
    static StructType withEmbeddings(CnnParams stage, StructType schema, int length) {
        return stage.getEmbeddingsCol().isEmpty()
                ? schema
                : FeatureColumns.append(schema, ScoredColumn.vectorField(stage.getEmbeddingsCol(), length));
    }
}
