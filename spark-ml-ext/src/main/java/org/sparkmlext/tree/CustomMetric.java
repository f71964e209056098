package org.sparkmlext.tree;

import java.io.Serializable;

/**
 * A user's own metric: the weighted mean over rows of a function that is at least 0, smaller being better.
 *
 * @param name what reports and {@code validationMetric} call it
 * @param function of raw score and label
 */
public record CustomMetric(String name, RowFunction function) implements Serializable {}
