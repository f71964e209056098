package org.sparkmlext.ml.neural;

import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.stage.FeatureSource;

/**
 * The column of whole rows that a network reads: images, sequences.
 *
 * @param rows what the column holds
 * @param own the stage's Param that names it; where that is empty, featuresCol does
 */
record NetworkColumn(NetworkParams stage, FeatureSource.Rows rows, Param<String> own) {

    private String ownName() {
        return stage.getOrDefault(own);
    }

    private String featuresCol() {
        return (String) stage.getOrDefault(stage.getParam("featuresCol"));
    }

    /**
     * Where rows come from.
     *
     * @throws IllegalArgumentException if both Params are set
     */
    FeatureSource source() {
        if (ownName().isEmpty()) {
            return new FeatureSource("", "featuresCol", rows, false);
        }
        if (stage.isSet(stage.getParam("featuresCol"))) {
            throw new IllegalArgumentException("both " + own.name() + " ('" + ownName() + "') and featuresCol ('"
                    + featuresCol() + "') are set; allowed: one of them. Clear the other.");
        }
        return new FeatureSource(ownName(), own.name(), rows, false);
    }

    /** Name of the column; faults as in {@link #source}. */
    String name() {
        return source().column().isEmpty() ? featuresCol() : source().column();
    }

    /** The column; faults as in {@link #source} and {@link FeatureColumns#find}. */
    StructField field(StructType schema) {
        return FeatureColumns.find(schema, name(), source().param());
    }

    /** Columns of images: whole rows, which {@code imageCol} names. */
    static NetworkColumn images(CnnParams stage) {
        return new NetworkColumn(stage, FeatureSource.Rows.WHOLE, stage.imageCol());
    }

    /** Columns of sequences, which {@code sequenceCol} names. */
    static NetworkColumn sequences(LstmParams stage) {
        return new NetworkColumn(stage, FeatureSource.Rows.SEQUENCES, stage.sequenceCol());
    }

    /** @throws IllegalArgumentException if plain columns are named too */
    void requireNoInputCols() {
        if (stage.isSet(stage.inputCols())) {
            throw new IllegalArgumentException("inputCols is set, but the network reads one column of whole rows; set "
                    + own.name() + " or featuresCol, and clear(inputCols)");
        }
    }
}
