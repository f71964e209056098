package org.sparkmlext.ml.table;

/** What the features of a row are to an algorithm. */
public enum FeatureKind {
    /** Plain columns of numbers and strings, or one column of vectors. */
    COLUMNS,
    /** An image: pixels, a file or its path, or the pixels as plain columns. */
    IMAGES,
    /** A sequence: one column of steps, or the steps as plain columns. */
    SEQUENCES,
    /** A step of a series, which a column of times puts in order. */
    EVENTS
}
