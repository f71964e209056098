package org.sparkmlext.ml.neural;

import org.sparkmlext.ml.stage.FeatureSource;

/** Which column a network for images reads. */
final class CnnColumns {

    private CnnColumns() {}

    /**
     * Where images come from.
     *
     * @throws IllegalArgumentException if both imageCol and featuresCol are set
     */
    static FeatureSource source(CnnClassifierParams stage) {
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
    static String name(CnnClassifierParams stage) {
        String column = source(stage).column();
        return column.isEmpty() ? (String) stage.getOrDefault(stage.getParam("featuresCol")) : column;
    }
}
