package org.sparkmlext.tree;

import org.sparkmlext.kernels.tree.RowMetric;

/**
 * A metric as it is reported: the weighted mean over rows, of a squared error its root.
 *
 * @param name as in reports; what stands before a minus sign and a number names all metrics of its kind
 * @param metric what the kernels sum
 */
record NamedMetric(String name, RowMetric metric) {

    static NamedMetric of(String name, RowMetric.Kind kind) {
        return new NamedMetric(name, RowMetric.of(kind));
    }

    /** Whether {@code validationMetric} means this one, perhaps among others: {@code pinball} means every level's. */
    boolean isMeantBy(String validationMetric) {
        return isMeantBy(validationMetric, name);
    }

    /** The same of a name alone. */
    static boolean isMeantBy(String validationMetric, String name) {
        int after = validationMetric.length() + 1;
        return name.equals(validationMetric)
                || name.startsWith(validationMetric + "-")
                        && name.length() > after
                        && Character.isDigit(name.charAt(after));
    }

    /** The value to report for a mean of {@link #metric}. */
    double reported(double mean) {
        return metric.kind() == RowMetric.Kind.SQUARED_ERROR ? Math.sqrt(mean) : mean;
    }
}
