package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.training.Algorithm;

/** Options and algorithms as SQL has them: in snake case. */
final class SqlNames implements OptionNames {
    static final SqlNames NAMES = new SqlNames();

    private SqlNames() {}

    @Override
    public String of(String option) {
        return option.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    @Override
    public String with(String option, String value) {
        return "option " + of(option) + " = " + value;
    }

    @Override
    public String param(String name, String value) {
        return with(name, value);
    }

    @Override
    public String algorithm(String text) {
        String snake = text.replace('-', '_');
        return snake.contains("_") ? snake : "boosted_trees_" + snake;
    }

    String algorithm(Algorithm algorithm) {
        return algorithm(algorithm.text());
    }

    /** @throws BadInputException if there is no such algorithm; suggests the nearest */
    Algorithm algorithmOf(String asked) {
        List<String> known = new ArrayList<>();
        for (Algorithm algorithm : Algorithm.values()) {
            known.add(algorithm(algorithm));
            if (algorithm(algorithm).equalsIgnoreCase(asked)) {
                return algorithm;
            }
        }
        throw new BadInputException(NearestName.unknown("algorithm", asked, known));
    }
}
