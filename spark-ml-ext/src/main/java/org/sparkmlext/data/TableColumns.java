package org.sparkmlext.data;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a DataFrame make up a training table.
 *
 * @param featuresCol vector column, or null where {@code inputCols} are given
 * @param inputCols numeric columns, empty where {@code featuresCol} is given
 * @param vectorNames names of the vector's entries from its ML attributes, or empty where it has none; then entry 3 of
 *     column {@code features} is called {@code features_3}
 * @param labelCol label column
 * @param labelKind what labels may be
 * @param weightCol weight column, or null where every row weighs 1
 * @param validationIndicatorCol boolean column that is true for validation rows, or null
 */
public record TableColumns(
        @Nullable String featuresCol,
        List<String> inputCols,
        List<String> vectorNames,
        String labelCol,
        LabelKind labelKind,
        @Nullable String weightCol,
        @Nullable String validationIndicatorCol)
        implements Serializable {

    /** What labels may be. */
    public enum LabelKind {
        /** 0 or 1. */
        BINARY,
        /** Any finite number. */
        REAL
    }

    public TableColumns {
        inputCols = List.copyOf(inputCols);
        vectorNames = List.copyOf(vectorNames);
        if ((featuresCol == null) == inputCols.isEmpty()) {
            throw new IllegalArgumentException(
                    "exactly one of featuresCol and inputCols must be given; got featuresCol = " + featuresCol
                            + " and inputCols = " + inputCols);
        }
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
