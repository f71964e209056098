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
    IMAGE("image", "image"),
    /** Sequences: arrays of steps, each an array of numbers other than doubles, read as floats. */
    FLOAT_STEPS("sequence", "sequence"),
    /** Sequences: arrays of steps, each an array of doubles. */
    DOUBLE_STEPS("sequence", "sequence"),
    /** Sequences: arrays of steps, each a vector. */
    VECTOR_STEPS("sequence", "sequence");

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

    /** Whether features come step by step. */
    public boolean hasSteps() {
        return this == FLOAT_STEPS || this == DOUBLE_STEPS || this == VECTOR_STEPS;
    }

    /** Whether features are unsigned bytes. */
    public boolean isBytes() {
        return this == BINARY || this == BYTES || this == IMAGE;
    }
}
