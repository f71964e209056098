package org.sparkmlext.ml.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;

/** Finds out what the columns of a training table are: label, features, and the rest that was named. */
final class LayoutFinder {
    private final String path;
    private final TableFormat format;
    private final TableOptions options;
    private final TableUse use;

    LayoutFinder(String path, TableFormat format, TableOptions options, TableUse use) {
        this.path = path;
        this.format = format;
        this.options = options;
        this.use = use;
    }

    /** @throws BadInputException as of {@link TableReader#readForTraining} */
    TableLayout of(RawTable raw) {
        Events events = events();
        String label = labelName(raw.rows());
        Map<String, DataType> types = raw.types();
        TableReader.requireColumns(path, types.keySet(), named(label, events));
        RowColumns.Found rowColumn = new RowColumns(path, options.names, raw.rows(), types)
                .of(use.features(), options.features, others(label, events));
        List<String> features = new ArrayList<>();
        List<String> strings = new ArrayList<>();
        if (rowColumn.name() == null) {
            types.keySet().stream()
                    .filter(name -> !others(label, events).contains(name))
                    .forEach(features::add);
            strings.addAll(stringsAmong(features, types));
            if (features.isEmpty()) {
                throw new BadInputException(path + " has no feature columns beside the label '" + label + "'");
            }
        }
        boolean isForecast = events != null && !events.targets().isEmpty();
        Map<String, Double> labelValues = isForecast
                ? Map.of()
                : new LabelMapping(options, path, format).of(raw.rows(), label, types.get(label), use.hasClasses());
        return new TableLayout(
                format,
                options.header == null || options.header,
                options.separatorOf(path),
                options.missingOrNone(),
                format == TableFormat.CSV && Boolean.FALSE.equals(options.header)
                        ? Arrays.asList(raw.rows().columns())
                        : List.of(),
                features,
                strings,
                rowColumn.name(),
                rowColumn.length(),
                rowColumn.isText(),
                events,
                label,
                labelValues,
                options.weight,
                options.baseMargin);
    }

    private @Nullable Events events() {
        return options.time == null ? null : new Events(options.entity, options.time, options.targetsOrNone());
    }

    /** Columns that are no features. */
    private Set<String> others(String label, @Nullable Events events) {
        Set<String> others = new LinkedHashSet<>(options.ignoreOrNone());
        // What is foretold is known of the rows before.
        if (!use.foretells()) {
            others.add(label);
            others.addAll(options.targetsOrNone());
        }
        if (options.weight != null) {
            others.add(options.weight);
        }
        if (options.baseMargin != null) {
            others.add(options.baseMargin);
        }
        if (events != null) {
            others.addAll(events.keys());
        }
        return others;
    }

    private List<String> named(String label, @Nullable Events events) {
        List<String> names = new ArrayList<>(others(label, events));
        names.add(label);
        names.addAll(options.targetsOrNone());
        if (options.features != null) {
            names.add(options.features);
        }
        return names;
    }

    private String labelName(Dataset<Row> rows) {
        String asked = options.label;
        String[] columns = rows.columns();
        if (asked == null) {
            if (format == TableFormat.LIBSVM) {
                return "label";
            }
            if (format == TableFormat.IMAGES) {
                return TableFormat.CLASS_NAME;
            }
            if (!options.targetsOrNone().isEmpty()) {
                return options.targetsOrNone().get(0);
            }
            throw new BadInputException("no label column given: "
                    + options.names.with("label", "NAME, a 0-based position or 'last'") + "; columns: "
                    + String.join(", ", columns));
        }
        if (Arrays.asList(columns).contains(asked)) {
            return asked;
        }
        if (asked.equals("last")) {
            return columns[columns.length - 1];
        }
        if (asked.matches("\\d{1,9}")) {
            int position = Integer.parseInt(asked);
            if (position >= columns.length) {
                throw new BadInputException(options.names.of("label") + " " + asked + ": the table has "
                        + columns.length + " columns, so at most " + (columns.length - 1));
            }
            return columns[position];
        }
        return asked;
    }

    private List<String> stringsAmong(List<String> features, Map<String, DataType> types) {
        List<String> strings = new ArrayList<>();
        for (String name : features) {
            DataType type = types.get(name);
            boolean isString = DataTypes.StringType.equals(type);
            if (isString && use.features() == FeatureKind.COLUMNS) {
                strings.add(name);
            } else if (!(type instanceof NumericType) && !DataTypes.BooleanType.equals(type)) {
                throw new BadInputException(path + ": column '" + name + "' is "
                        + (type == null ? "missing" : type.simpleString())
                        + ", which cannot be a feature" + (isString ? " of a network" : "")
                        + "; convert it or leave it out with " + options.names.with("ignore", name));
            }
        }
        return strings;
    }
}
