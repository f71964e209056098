package org.sparkmlext.data;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a DataFrame make up a training table.
 *
 * @param featuresCol column that holds all features of a row, in one of the ways of {@link FeatureForm}, or null where {@code inputCols}
 *     are given
 * @param inputCols numeric columns, empty where {@code featuresCol} is given
 * @param vectorNames names of the vector's entries from its ML attributes, or empty where it has none; then entry 3 of
 *     column {@code features} is called {@code features_3}
 * @param labelCol label column
 * @param labelKind what labels may be
 * @param weightCol weight column, or null where every row weighs 1
 * @param validationIndicatorCol boolean column that is true for validation rows, or null
 * @param baseMarginCol number, vector or array column with each row's first raw scores, one an output; or null
 * @param numOutputs raw scores a row: what a base margin or a label of kind {@link LabelKind#REALS} must hold; 0 where it is as
 *     many as there are classes, or as labels hold
 * @param declaredClasses the number of classes that labels of kind {@link LabelKind#CLASS_INDEX} must have, or null where
 *     any is right
 * @param missing feature value, as float32, that means missing beside null and NaN; NaN for none. 0 is -0.0 too, and what
 *     sparse vectors leave out
 * @param allowsMissing whether rows with missing values are good
 * @param stepFeatures 0 where rows are no sequences; else {@code featuresCol} holds sequences, and this says how many features make a
 *     step where a row is one array of numbers or vector; where it has a value a step, the values tell
 * @param mostSteps steps of a sequence that are read, its last ones; 0 = all
 */
public record TableColumns(
        @Nullable String featuresCol,
        List<String> inputCols,
        List<String> vectorNames,
        String labelCol,
        LabelKind labelKind,
        @Nullable String weightCol,
        @Nullable String validationIndicatorCol,
        @Nullable String baseMarginCol,
        int numOutputs,
        @Nullable DeclaredClasses declaredClasses,
        float missing,
        boolean allowsMissing,
        int stepFeatures,
        int mostSteps)
        implements Serializable {

    /**
     * A number of classes that something beside the labels speaks of.
     *
     * @param number how many
     * @param source what says so, for messages, such as {@code thresholds has 3 values}
     */
    public record DeclaredClasses(int number, String source) implements Serializable {}

    /** What labels may be. Labels are judged as the float32 numbers they become. */
    public enum LabelKind {
        /** 0 or 1. */
        BINARY,
        /** A whole number from 0 to {@link #MAX_CLASS}; the training rows must hold all classes from 0 to the largest. */
        CLASS_INDEX,
        /** Any finite number. */
        REAL,
        /** An array or vector of finite numbers, of the same length in all rows; blocks have them as {@link TableBlock#targets}. */
        REALS,
        /** A finite number of at least 0, and not 0 in all rows. */
        NON_NEGATIVE,
        /** A finite number above 0. */
        POSITIVE;

        /** The largest class index. */
        public static final int MAX_CLASS = 1 << 20;

        /** What is wrong with a label that is neither null nor NaN; null if nothing is. */
        @Nullable
        RowFault fault(double label) {
            float narrow = (float) label;
            return switch (this) {
                case BINARY -> label == 0.0 || label == 1.0 ? null : RowFault.LABEL_NOT_BINARY;
                case CLASS_INDEX ->
                    label >= 0 && label <= MAX_CLASS && label == Math.rint(label) ? null : RowFault.LABEL_NOT_CLASS;
                case REAL, REALS -> Float.isInfinite(narrow) ? RowFault.LABEL_INFINITE : null;
                case NON_NEGATIVE ->
                    label < 0 ? RowFault.LABEL_NEGATIVE : Float.isInfinite(narrow) ? RowFault.LABEL_INFINITE : null;
                case POSITIVE ->
                    narrow <= 0
                            ? RowFault.LABEL_NOT_POSITIVE
                            : Float.isInfinite(narrow) ? RowFault.LABEL_INFINITE : null;
            };
        }
    }

    public TableColumns {
        inputCols = List.copyOf(inputCols);
        vectorNames = List.copyOf(vectorNames);
        if ((featuresCol == null) == inputCols.isEmpty()) {
            throw new IllegalArgumentException(
                    "exactly one of featuresCol and inputCols must be given; got featuresCol = " + featuresCol
                            + " and inputCols = " + inputCols);
        }
        boolean isOpen = labelKind == LabelKind.CLASS_INDEX || labelKind == LabelKind.REALS;
        if (numOutputs < 0 || (numOutputs == 0 && !isOpen)) {
            throw new IllegalArgumentException("numOutputs is " + numOutputs + " for labels of kind " + labelKind
                    + "; needed is at least 1, or 0 (one a class, or as many as labels hold) for labels of kind "
                    + LabelKind.CLASS_INDEX + " or "
                    + LabelKind.REALS);
        }
        if (stepFeatures < 0 || mostSteps < 0 || stepFeatures > 0 && featuresCol == null) {
            throw new IllegalArgumentException(
                    "stepFeatures is " + stepFeatures + ", mostSteps " + mostSteps + " and featuresCol " + featuresCol
                            + "; sequences lie in a featuresCol and have at least 1 feature a step, other rows have 0");
        }
        if (labelKind == LabelKind.REALS && baseMarginCol != null) {
            throw new IllegalArgumentException("base margin column '" + baseMarginCol
                    + "' is given; labels of several numbers go without base margins");
        }
    }

    /** A table whose rows are no sequences. */
    public TableColumns(
            @Nullable String featuresCol,
            List<String> inputCols,
            List<String> vectorNames,
            String labelCol,
            LabelKind labelKind,
            @Nullable String weightCol,
            @Nullable String validationIndicatorCol,
            @Nullable String baseMarginCol,
            int numOutputs,
            @Nullable DeclaredClasses declaredClasses,
            float missing,
            boolean allowsMissing) {
        this(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declaredClasses,
                missing,
                allowsMissing,
                0,
                0);
    }

    /** A table of any number of classes, where null and NaN are missing and nothing else. */
    public TableColumns(
            @Nullable String featuresCol,
            List<String> inputCols,
            List<String> vectorNames,
            String labelCol,
            LabelKind labelKind,
            @Nullable String weightCol,
            @Nullable String validationIndicatorCol,
            @Nullable String baseMarginCol,
            int numOutputs) {
        this(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                null,
                Float.NaN,
                true);
    }

    /** This table with another weight column. */
    public TableColumns withWeightCol(String name) {
        return new TableColumns(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                name,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declaredClasses,
                missing,
                allowsMissing,
                stepFeatures,
                mostSteps);
    }

    /** This table with another number of classes that labels must have. */
    public TableColumns withDeclaredClasses(DeclaredClasses declared) {
        return new TableColumns(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declared,
                missing,
                allowsMissing,
                stepFeatures,
                mostSteps);
    }

    /** This table with another value that means missing. */
    public TableColumns withMissing(float value) {
        return new TableColumns(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declaredClasses,
                value,
                allowsMissing,
                stepFeatures,
                mostSteps);
    }

    /** This table where every row must have all its values, as networks need it. */
    public TableColumns withoutMissing() {
        return new TableColumns(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declaredClasses,
                missing,
                false,
                stepFeatures,
                mostSteps);
    }

    /**
     * This table where {@code featuresCol} holds sequences and every value is needed.
     *
     * @param features a step where rows are flat, at least 1
     * @param steps of a sequence that are read, its last ones; 0 = all
     */
    public TableColumns withSequences(int features, int steps) {
        return new TableColumns(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                baseMarginCol,
                numOutputs,
                declaredClasses,
                missing,
                false,
                features,
                steps);
    }

    /** The same with all steps of every sequence. */
    public TableColumns withSequences(int features) {
        return withSequences(features, 0);
    }

    /** A table without base margins: one output, or one a class. */
    public TableColumns(
            @Nullable String featuresCol,
            List<String> inputCols,
            List<String> vectorNames,
            String labelCol,
            LabelKind labelKind,
            @Nullable String weightCol,
            @Nullable String validationIndicatorCol) {
        this(
                featuresCol,
                inputCols,
                vectorNames,
                labelCol,
                labelKind,
                weightCol,
                validationIndicatorCol,
                null,
                labelKind == LabelKind.CLASS_INDEX ? 0 : 1);
    }

    /** Names of the columns of the table, {@code numFeatures} of them. */
    public List<String> featureNames(int numFeatures) {
        if (featuresCol == null) {
            return inputCols;
        }
        if (vectorNames.size() == numFeatures) {
            return vectorNames;
        }
        String prefix = featuresCol + "_";
        return java.util.stream.IntStream.range(0, numFeatures)
                .mapToObj(i -> prefix + i)
                .toList();
    }
}
