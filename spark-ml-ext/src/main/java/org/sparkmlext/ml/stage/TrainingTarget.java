package org.sparkmlext.ml.stage;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns;

/**
 * What a stage learns, beside the features it learns from.
 *
 * @param labelKind what labels may be; {@code REALS} takes columns of one number a row too
 * @param baseMarginCol column of the raw scores that training starts from, or null
 * @param numOutputs raw scores a row; 0 = one a class, or as many as labels have numbers
 * @param declaredClasses number of classes that Params speak of, or null where the labels alone decide
 */
public record TrainingTarget(
        TableColumns.LabelKind labelKind,
        @Nullable String baseMarginCol,
        int numOutputs,
        TableColumns.@Nullable DeclaredClasses declaredClasses) {}
