package org.sparkmlext.sql;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.ml.training.Training;

/**
 * The options of CREATE MODEL, sorted by whom they are for. Keys are written in snake or camel case.
 *
 * @param table what the query's columns are
 * @param settings Params by name
 * @param validationFraction share of the rows to hold out, in [0, 1)
 */
record CreateOptions(TableOptions table, Map<String, String> settings, double validationFraction) {
    private static final String VALIDATION_FRACTION = "validationFraction";
    private static final Pattern NUMBER = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** Columns by the option's name; where the Params have another name for the same it is allowed too. */
    private static final Map<String, BiConsumer<TableOptions, String>> TABLE = columnOptions();

    private static Map<String, BiConsumer<TableOptions, String>> columnOptions() {
        Map<String, BiConsumer<TableOptions, String>> table = new LinkedHashMap<>();
        table.put("label", (options, value) -> options.label = value);
        table.put("labelMapping", (options, value) -> options.labelMapping = items(value));
        table.put("positiveLabel", (options, value) -> options.positiveLabel = value);
        table.put("weight", (options, value) -> options.weight = value);
        table.put("baseMargin", (options, value) -> options.baseMargin = value);
        table.put("features", (options, value) -> options.features = value);
        table.put("time", (options, value) -> options.time = value);
        table.put("entity", (options, value) -> options.entity = value);
        table.put("targets", (options, value) -> options.target = items(value));
        table.put("ignore", (options, value) -> options.ignore = items(value));
        table.put("missing", (options, value) -> options.missing = items(value));
        return table;
    }

    private static final Map<String, String> OTHER_NAMES = Map.ofEntries(
            Map.entry("labelCol", "label"),
            Map.entry("weightCol", "weight"),
            Map.entry("baseMarginCol", "baseMargin"),
            Map.entry("featuresCol", "features"),
            Map.entry("imageCol", "features"),
            Map.entry("sequenceCol", "features"),
            Map.entry("timeCol", "time"),
            Map.entry("entityCol", "entity"),
            Map.entry("target", "targets"),
            Map.entry("targetCols", "targets"));

    /**
     * Sorts options.
     *
     * @throws BadInputException on an option that the algorithm does not have (suggests the nearest), one given twice, or a share of
     *     validation rows that is none
     */
    static CreateOptions of(Map<String, String> given, Algorithm algorithm) {
        Map<String, String> known = new TreeMap<>();
        Training.settingNames(algorithm).forEach(name -> known.put(plain(name), name));
        TABLE.keySet().forEach(name -> known.put(plain(name), name));
        known.put(plain(VALIDATION_FRACTION), VALIDATION_FRACTION);
        List<String> shown = known.values().stream().map(SqlNames.NAMES::of).toList();
        OTHER_NAMES.forEach((other, name) -> known.put(plain(other), name));

        Map<String, String> found = new LinkedHashMap<>();
        given.forEach((key, value) -> {
            String name = known.get(plain(key));
            if (name == null) {
                throw new BadInputException(NearestName.unknown("option", key, shown) + " (of "
                        + SqlNames.NAMES.algorithm(algorithm) + ")");
            }
            if (found.put(name, value) != null) {
                throw new BadInputException("option '" + SqlNames.NAMES.of(name)
                        + "' is given twice, the second time as '" + key + "'; give it once");
            }
        });
        TableOptions table = new TableOptions(SqlNames.NAMES);
        double validationFraction = fraction(found.remove(VALIDATION_FRACTION));
        Map<String, String> settings = new LinkedHashMap<>();
        found.forEach((name, value) -> {
            BiConsumer<TableOptions, String> ofTable = TABLE.get(name);
            if (ofTable != null) {
                ofTable.accept(table, value);
            } else {
                settings.put(name, value);
            }
        });
        return new CreateOptions(table, settings, validationFraction);
    }

    private static double fraction(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        double fraction = NUMBER.matcher(text.strip()).matches() ? Double.parseDouble(text.strip()) : Double.NaN;
        if (!(fraction >= 0 && fraction < 1)) {
            throw new BadInputException("option validation_fraction must be a number in [0, 1), got '" + text + "'");
        }
        return fraction;
    }

    /** What is the same in snake and in camel case. */
    private static String plain(String key) {
        return key.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static List<String> items(String value) {
        return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    }
}
