package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * The categories of a column: {@code values} in their order, then that of rare and unseen values, then that of nulls.
 *
 * @param features names: one where categories are an index, else one a category
 * @param hasOther whether rare and unseen values are a category, else they are an error
 * @param hasMissing whether nulls are a category, else they are an error
 */
record FittedCategories(
        List<String> features, List<String> values, boolean oneHot, boolean hasOther, boolean hasMissing)
        implements Serializable {

    private static final String OTHER = "(other)";
    private static final String MISSING = "(missing)";

    FittedCategories {
        features = List.copyOf(features);
        values = List.copyOf(values);
        if (new HashSet<>(values).size() != values.size()) {
            throw new IllegalArgumentException("a category is named twice");
        }
        int expected = oneHot ? values.size() + (hasOther ? 1 : 0) + (hasMissing ? 1 : 0) : 1;
        if (features.size() != expected) {
            throw new IllegalArgumentException("there are " + features.size() + " names for " + expected + " features");
        }
    }

    int otherIndex() {
        return values.size();
    }

    int missingIndex() {
        return values.size() + (hasOther ? 1 : 0);
    }

    /** A text for each category, no two equal. */
    List<String> labels() {
        return labels(values, hasOther, hasMissing);
    }

    static List<String> labels(List<String> values, boolean hasOther, boolean hasMissing) {
        List<String> labels = new ArrayList<>(values);
        if (hasOther) {
            labels.add(unused(OTHER, values));
        }
        if (hasMissing) {
            labels.add(unused(MISSING, values));
        }
        return labels;
    }

    private static String unused(String wanted, List<String> values) {
        String label = wanted;
        while (values.contains(label)) {
            label += "_";
        }
        return label;
    }
}
