package org.sparkmlext.ml.feature;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Gives names to features, no two equal whatever the case, because Spark finds columns so: one that is taken gets a {@code _} appended.
 */
final class FeatureNames {

    private static final String MISSING = "_missing";

    private final Set<String> taken = new HashSet<>();

    String unused(String wanted) {
        String name = wanted;
        while (!taken.add(name.toLowerCase(Locale.ROOT))) {
            name += "_";
        }
        return name;
    }

    /** Names of an input's numbers, then of its indicator or index; of one-hot categories there is none before fit. */
    List<String> plain(TableInput input) {
        List<String> names = new ArrayList<>();
        for (String part : input.parts()) {
            names.add(unused(part.isEmpty() ? input.column() : input.column() + "_" + part));
        }
        if (input.hasIndicator()) {
            names.add(unused(input.column() + MISSING));
        }
        if (input.kind() == ColumnKind.CATEGORY && !input.rules().isOneHot()) {
            names.add(unused(input.column()));
        }
        return names;
    }

    /** A name for each category of a one-hot column. */
    List<String> oneHot(String column, List<String> labels) {
        return labels.stream().map(label -> unused(column + "=" + label)).toList();
    }
}
