package org.sparkmlext.data;

import org.jspecify.annotations.Nullable;

/** What can be wrong with a row. Each kind is counted by column and told with an example. */
public enum RowFault {
    /** A feature is infinite, or too large for float32. */
    FEATURE_INFINITE(
            "feature column",
            "holds a value that is infinite as a float32",
            "features must be finite, NaN, null or the value of missing"),
    /** A feature is missing where the algorithm needs every one. */
    FEATURE_MISSING(
            "feature column",
            "holds a null, NaN or missing value",
            "a network needs every value: fill them in (for example with Imputer) or leave these rows out"),
    /** The value that holds all features is null. */
    FEATURES_NULL("feature column", "is null", "every row needs its features"),
    /** An element of an array of bytes is null. */
    BYTE_NULL(
            "feature column",
            "holds an array of bytes with a null element",
            "bytes have no missing value; use an array of floats for it"),
    /** One of Spark's images that holds none, or one of another kind than 8 bits a channel. */
    IMAGE_UNREADABLE(
            "image column",
            "holds no image of 1, 3 or 4 channels of 8 bits",
            "leave such rows out (dropInvalid of Spark's image source), or read the files with ImageAssembler"),
    /** A sequence has no steps. */
    SEQUENCE_EMPTY(
            "sequence column",
            "holds a sequence of no steps",
            "every sequence needs at least one step: leave these rows out"),
    /** A row of flat values is no whole number of steps. */
    SEQUENCE_CUT(
            "sequence column",
            "holds a row whose length is no multiple of the features of a step",
            "a row holds its steps one after the other, each with all features"),
    /** A step of a sequence is null. */
    STEP_NULL(
            "sequence column",
            "holds a sequence with a null step",
            "every step needs its features: leave the step out, or fill it in"),
    /** The steps of a sequence have different numbers of features. */
    STEPS_UNEQUAL(
            "sequence column",
            "holds a sequence whose steps have different numbers of features",
            "all steps need the same features"),
    /** The vector itself is null. */
    VECTOR_NULL("vector column", "is null", "every row needs a vector; its entries may be NaN"),
    /** A sparse vector's indices are not those of a vector. */
    VECTOR_INDICES(
            "vector column",
            "holds a sparse vector whose indices do not ascend from 0 to below its length",
            "write it with Spark's own vector types"),
    /** The label is null. */
    LABEL_NULL("label column", "is null", "every row needs a label"),
    /** The label is NaN. */
    LABEL_NAN("label column", "is NaN", "every row needs a label"),
    /** The label of a two-class problem is another number. */
    LABEL_NOT_BINARY("label column", "holds a value other than 0 and 1", "labels must be 0 or 1"),
    /** The label of a problem of several classes is not a class index. */
    LABEL_NOT_CLASS(
            "label column",
            "holds a value that is no class index",
            "labels must be whole numbers from 0 to " + TableColumns.LabelKind.MAX_CLASS),
    /** The label of a counting objective is below 0. */
    LABEL_NEGATIVE("label column", "holds a negative value", "labels must be at least 0 for this objective"),
    /** The label is not above 0 as a float32 where only such have a likelihood. */
    LABEL_NOT_POSITIVE(
            "label column", "holds a value that is not above 0", "labels must be above 0 for this objective"),
    /** The label of a regression is infinite, or too large for float32. */
    LABEL_INFINITE("label column", "holds a value that is infinite as a float32", "labels must be finite"),
    /** A number of a label that has several is NaN, infinite, or too large for float32. */
    LABEL_NOT_FINITE("label column", "holds a value that is not finite as a float32", "labels must be finite"),
    /** The weight is null. */
    WEIGHT_NULL("weight column", "is null", "weights must be finite numbers of at least 0"),
    /** The weight is NaN. */
    WEIGHT_NAN("weight column", "is NaN", "weights must be finite numbers of at least 0"),
    /** The weight is below 0. */
    WEIGHT_NEGATIVE("weight column", "holds a negative value", "weights must be finite numbers of at least 0"),
    /** The weight is infinite, or too large for float32. */
    WEIGHT_INFINITE(
            "weight column",
            "holds a value that is infinite as a float32",
            "weights must be finite numbers of at least 0"),
    /** The base margin is null. */
    MARGIN_NULL("base margin column", "is null", "every row needs a base margin"),
    /** A base margin is NaN, infinite, or too large for float32. */
    MARGIN_NOT_FINITE(
            "base margin column", "holds a value that is not finite as a float32", "base margins must be finite"),
    /** The validation indicator is null. */
    INDICATOR_NULL("validation indicator column", "is null", "it must be true or false in every row");

    private final String role;
    private final String observation;
    private final String rule;

    RowFault(String role, String observation, String rule) {
        this.role = role;
        this.observation = observation;
        this.rule = rule;
    }

    /** What is wrong with a weight that is not null; null if nothing is. */
    static @Nullable RowFault ofWeight(double weight) {
        if (Double.isNaN(weight)) {
            return WEIGHT_NAN;
        }
        if (weight < 0) {
            return WEIGHT_NEGATIVE;
        }
        return Float.isInfinite((float) weight) ? WEIGHT_INFINITE : null;
    }

    String describe(String column, long faulty, long rows, String example) {
        String where = role + " '" + column + "' " + observation + " in " + faulty + " of " + rows + " rows";
        return where + (example.isEmpty() ? "" : " (for example " + example + ")") + "; " + rule;
    }
}
