package org.sparkmlext.ml.doctor;

/**
 * The size of a fit of boosted trees that is to come.
 *
 * @param rows training rows
 * @param validationRows validation rows
 * @param features columns, dense
 * @param numClasses classes, or 0 for a label of numbers
 */
public record FitSize(long rows, long validationRows, int features, int numClasses) {}
