package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;

/**
 * What predictions are held against.
 *
 * @param label column of labels
 * @param weight column of row weights, finite and not negative; null gives every row the weight 1
 */
public record LabelColumns(String label, @Nullable String weight) {

    static final String FINITE_WEIGHTS = "finite numbers from 0 on";

    Column labelColumn() {
        return quoted(label).cast("double");
    }

    Column weightColumn() {
        return weight == null ? lit(1.0) : quoted(weight).cast("double");
    }

    private static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }

    /** A line that says what the figures are made of. */
    String describe(long rows, double totalWeight) {
        return weight == null
                ? rows + " rows"
                : rows + " rows, weighted by '" + weight + "' (sum " + (float) totalWeight + ")";
    }

    /** A number of a row, NaN where it is null. */
    static double number(Row row, int column) {
        return row.isNullAt(column) ? Double.NaN : row.getDouble(column);
    }

    static boolean isWeight(double weight) {
        return weight >= 0 && weight <= Double.MAX_VALUE;
    }

    /** @throws BadInputException if any row has no weight or another one than allowed */
    void checkWeights(long strangeRows, String allowed) {
        if (strangeRows > 0) {
            throw new BadInputException("weight column '" + weight + "': " + strangeRows
                    + " rows have no weight or one that is not allowed; allowed are " + allowed);
        }
    }

    /** @throws BadInputException if any row's probabilities are no numbers */
    static void checkProbabilities(long strangeRows, long rows) {
        if (strangeRows > 0) {
            throw new BadInputException(strangeRows + " of " + rows
                    + " probabilities are missing or NaN; the model or its input is at fault");
        }
    }

    /** @throws BadInputException if any label cannot be measured against, there is no row, or no weight */
    void check(long rows, long strangeLabels, String allowed, double totalWeight) {
        if (strangeLabels > 0) {
            throw new BadInputException("label column '" + label + "' has " + strangeLabels + " rows whose label is "
                    + "missing or not " + allowed + "; map or drop them");
        }
        if (rows == 0) {
            throw new BadInputException("the table to evaluate on has no rows");
        }
        if (totalWeight == 0) {
            throw new BadInputException("weight column '" + weight + "' is 0 in all " + rows
                    + " rows, so they say nothing; give some a positive weight");
        }
    }
}
