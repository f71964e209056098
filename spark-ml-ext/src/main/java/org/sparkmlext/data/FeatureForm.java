package org.sparkmlext.data;

/** How the features of rows come. */
public enum FeatureForm {
    /** Plain columns. */
    COLUMNS("row", "column"),
    /** Vectors of Spark ML, dense and sparse. */
    VECTOR("vector", "vector"),
    /** Arrays of numbers other than bytes and doubles, read as floats. */
    FLOATS("array", "array"),
    /** Arrays of doubles. */
    DOUBLES("array", "array"),
    /** Binary values: an unsigned byte a feature. */
    BINARY("binary value", "binary"),
    /** Arrays of Spark's signed bytes, which are taken as unsigned ones: -1 is 255. */
    BYTES("array", "array"),
    /** Spark's images: pixels row by row, in the order red, green, blue. */
    IMAGE("image", "image");

    private final String noun;
    private final String adjective;

    FeatureForm(String noun, String adjective) {
        this.noun = noun;
        this.adjective = adjective;
    }

    /** What the features of one row are called in messages. */
    String noun() {
        return noun;
    }

    /** How messages call a column of such. */
    String column() {
        return adjective + " column";
    }

    /** Whether features are unsigned bytes. */
    public boolean isBytes() {
        return this == BINARY || this == BYTES || this == IMAGE;
    }
}
