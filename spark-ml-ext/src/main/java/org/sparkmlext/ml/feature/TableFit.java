package org.sparkmlext.ml.feature;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StringType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.ml.stage.FeatureColumns;

/** Finds what a {@link FittedTable} holds: in one pass over the rows, and in those of {@link QuantileSearch} where quantiles need them. */
final class TableFit {

    private static final Logger LOG = LoggerFactory.getLogger(TableFit.class);

    private static final double MIDDLE = 0.5;
    private static final double LOWER = 0.25;
    private static final double UPPER = 0.75;

    private final TablePlan plan;
    private final Dataset<Row> rows;
    private final TableSummary summary;
    private final QuantileSearch quantiles = new QuantileSearch();
    private final FeatureNames names = new FeatureNames();
    private final String zone;

    private TableFit(TablePlan plan, Dataset<Row> rows, String zone) {
        this.plan = plan;
        this.rows = rows;
        this.zone = zone;
        List<NumberSummary> numbers = new ArrayList<>();
        for (TableInput input : plan.inputs(false)) {
            ColumnRules rules = input.rules();
            for (String part : input.parts()) {
                numbers.add(new NumberSummary(rules.needsSums(), rules.needsQuantiles()));
            }
        }
        this.summary =
                RowSummary.of(rows, new TableSummary(numbers, plan.inputs(true).size()));
    }

    /**
     * Reads the rows that are not validated on.
     *
     * @param zone in which moments have a date and an hour
     * @throws IllegalArgumentException if there are no rows, or values that the rules refuse
     */
    static FittedTable fit(TableAssemblerParams stage, TablePlan plan, Dataset<?> data, String zone) {
        Dataset<Row> rows = data.toDF();
        if (stage.isSet(stage.validationIndicatorCol())) {
            Column flag = FeatureColumns.byName(stage.getValidationIndicatorCol());
            rows = rows.where(functions.not(functions.coalesce(flag, functions.lit(false))));
        }
        return new TableFit(plan, rows.select(read(plan, zone)), zone).table();
    }

    /** All numbers, then all categories. */
    private static Column[] read(TablePlan plan, String zone) {
        List<Column> columns = new ArrayList<>();
        for (TableInput input : plan.inputs(false)) {
            for (String part : input.parts()) {
                columns.add(TableExpressions.orNaN(TableExpressions.number(input.column(), input.kind(), part, zone)));
            }
        }
        for (TableInput input : plan.inputs(true)) {
            columns.add(TableExpressions.category(input.column(), input.type()));
        }
        Column[] named = new Column[columns.size()];
        for (int c = 0; c < named.length; c++) {
            named[c] = columns.get(c).as("c" + c);
        }
        return named;
    }

    private FittedTable table() {
        if (summary.rows() == 0) {
            throw new IllegalArgumentException(
                    "there are no rows to fit on: the data set is empty, or validationIndicatorCol is"
                            + " true in all rows");
        }
        searchQuantiles();
        List<FittedColumn> columns = new ArrayList<>();
        int number = 0;
        int category = 0;
        for (TableInput input : plan.inputs()) {
            if (input.kind() == ColumnKind.CATEGORY) {
                columns.add(categories(input, summary.category(category++)));
            } else {
                columns.add(numbers(input, number));
                number += input.parts().size();
            }
        }
        LOG.info("{} columns fitted on {} rows in {} passes", columns.size(), summary.rows(), 1 + quantiles.passes());
        return new FittedTable(zone, columns);
    }

    private void searchQuantiles() {
        int number = 0;
        for (TableInput input : plan.inputs(false)) {
            for (String part : input.parts()) {
                NumberSummary values = summary.number(number);
                if (values.count() > 0) {
                    for (double quantile : wanted(input.rules())) {
                        quantiles.want(number, quantile, values.counts());
                    }
                }
                number++;
            }
        }
        quantiles.search(rows);
    }

    private static double[] wanted(ColumnRules rules) {
        if (rules.scaling().equals(TableColumnParams.ROBUST)) {
            return new double[] {LOWER, MIDDLE, UPPER};
        }
        return rules.needsQuantiles() ? new double[] {MIDDLE} : new double[0];
    }

    private FittedColumn numbers(TableInput input, int first) {
        List<String> features = names.plain(input);
        List<FittedNumber> numbers = new ArrayList<>();
        for (int p = 0; p < input.parts().size(); p++) {
            numbers.add(number(input, input.parts().get(p), features.get(p), first + p));
        }
        return new FittedColumn(
                input.column(),
                input.kind(),
                input.kind().family(input.type()),
                input.rules().failsOnInvalidNumbers(),
                numbers,
                input.hasIndicator() ? features.get(features.size() - 1) : null,
                null);
    }

    private FittedNumber number(TableInput input, String part, String feature, int at) {
        NumberSummary values = summary.number(at);
        ColumnRules rules = input.rules();
        String column = "column '" + input.column() + "' ";
        if (values.infinite() > 0 && rules.failsOnInvalidNumbers()) {
            throw new IllegalArgumentException(
                    column + "holds infinite values, or texts that are no number, in "
                            + values.infinite() + " of " + summary.rows()
                            + " rows; set invalidNumbers to missing, for this column alone with overrides, or correct the rows");
        }
        if (rules.needsSums() && values.isTooLargeToSum()) {
            throw new IllegalArgumentException(column + "holds values up to " + values.most() + " and down to "
                    + values.least()
                    + ", too large to be squared; allowed with imputing mean or scaling standard: up to"
                    + " 1e150. Use median and robust, or change its unit.");
        }
        Double fill = fill(input, values, at);
        if (values.count() == 0 || DatePart.isWave(part)) {
            return new FittedNumber(feature, part, fill, 0, 1);
        }
        return switch (rules.scaling()) {
            case TableColumnParams.STANDARD -> scaled(column, feature, part, fill, values.mean(), values.deviation());
            case TableColumnParams.MINMAX ->
                scaled(column, feature, part, fill, values.least(), values.most() - values.least());
            case TableColumnParams.ROBUST ->
                scaled(
                        column,
                        feature,
                        part,
                        fill,
                        quantiles.quantile(at, MIDDLE, values.count()),
                        quantiles.quantile(at, UPPER, values.count()) - quantiles.quantile(at, LOWER, values.count()));
            default -> new FittedNumber(feature, part, fill, 0, 1);
        };
    }

    private static FittedNumber scaled(
            String column, String feature, String part, @Nullable Double fill, double shift, double size) {
        if (!Double.isFinite(size)) {
            throw new IllegalArgumentException(column
                    + "spans more than a double holds and cannot be scaled; change its unit, or set scaling to none");
        }
        // A constant column becomes 0, not NaN.
        return new FittedNumber(feature, part, fill, shift, size > 0 ? size : 1);
    }

    private @Nullable Double fill(TableInput input, NumberSummary values, int at) {
        String imputing = input.rules().imputing();
        if (imputing.equals(TableColumnParams.NONE)) {
            return null;
        }
        if (imputing.equals(TableColumnParams.CONSTANT)) {
            return input.rules().imputeValue();
        }
        if (values.count() == 0) {
            throw new IllegalArgumentException("column '" + input.column() + "' has no value in all " + summary.rows()
                    + " rows, so that imputing " + imputing
                    + " has none to take; leave the column out, or set imputing to"
                    + " constant or none, for this column alone with overrides");
        }
        return imputing.equals(TableColumnParams.MEAN) ? values.mean() : quantiles.quantile(at, MIDDLE, values.count());
    }

    private FittedColumn categories(TableInput input, CategorySummary seen) {
        ColumnRules rules = input.rules();
        if (seen.hasTooMany()) {
            throw new IllegalArgumentException(
                    "column '" + input.column() + "' holds more than " + CategorySummary.MOST
                            + " values, too many for categories; leave it out, or make fewer of them (a part of the text, a hash)");
        }
        if (seen.nulls() > 0 && !rules.keepsUnseen()) {
            throw new IllegalArgumentException("column '" + input.column() + "' is null in " + seen.nulls() + " of "
                    + summary.rows() + " rows, and handleInvalid is error; set it to keep, for this column alone with"
                    + " overrides, or leave such rows out");
        }
        List<String> values = kept(input, seen.counts());
        boolean hasOther = rules.keepsUnseen() || rules.minFrequency() > 1 || rules.maxCategories() > 0;
        boolean hasMissing = rules.keepsUnseen();
        List<String> features = rules.isOneHot()
                ? names.oneHot(input.column(), FittedCategories.labels(values, hasOther, hasMissing))
                : names.plain(input);
        FittedCategories categories = new FittedCategories(features, values, rules.isOneHot(), hasOther, hasMissing);
        return new FittedColumn(
                input.column(), input.kind(), input.kind().family(input.type()), false, List.of(), null, categories);
    }

    private static List<String> kept(TableInput input, Map<String, Long> counts) {
        ColumnRules rules = input.rules();
        Comparator<String> byValue = input.type() instanceof StringType
                ? Comparator.naturalOrder()
                : Comparator.comparingDouble((String value) -> asNumber(value))
                        .thenComparing(Comparator.naturalOrder());
        Comparator<String> byCount = Comparator.comparing((String value) -> -counts.getOrDefault(value, 0L));
        Comparator<String> byFrequency = byCount.thenComparing(byValue);
        List<String> frequent = counts.keySet().stream()
                .filter(value -> counts.getOrDefault(value, 0L) >= rules.minFrequency())
                .sorted(byFrequency)
                .limit(rules.maxCategories() > 0 ? rules.maxCategories() : Long.MAX_VALUE)
                .toList();
        return rules.categoryOrder().equals(TableColumnParams.FREQUENCY)
                ? frequent
                : frequent.stream().sorted(byValue).toList();
    }

    /** Spark's text of a number or boolean as a number. */
    private static double asNumber(String value) {
        return switch (value) {
            case "false" -> 0;
            case "true" -> 1;
            default -> Double.parseDouble(value);
        };
    }
}
