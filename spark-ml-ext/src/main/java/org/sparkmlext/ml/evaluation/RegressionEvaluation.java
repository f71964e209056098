package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ExactSum;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Quality of real-valued predictions in one pass. With w, y, p the weight, label and prediction of a row and W the sum of
 * weights; sums are exact, so partitioning changes nothing.
 *
 * @param columns what the predictions were held against
 * @param rows number of rows
 * @param weight W
 * @param rmse {@code sqrt(sum w (p - y)^2 / W)}
 * @param mae {@code sum w |p - y| / W}
 * @param r2 {@code 1 - sum w (p - y)^2 / sum w (y - mean)^2}; NaN if all labels are equal
 * @param mape {@code sum w |p - y| / |y| / W} over the rows whose label is not 0, as a share; NaN without such a row
 * @param zeroLabels rows with label 0, which {@code mape} leaves out
 * @param quantileLevel level a of the pinball loss; null if it was not asked for
 * @param pinball {@code sum w max(a (y - p), (a - 1) (y - p)) / W}; NaN if it was not asked for
 */
public record RegressionEvaluation(
        LabelColumns columns,
        long rows,
        double weight,
        double rmse,
        double mae,
        double r2,
        double mape,
        long zeroLabels,
        @Nullable Double quantileLevel,
        double pinball)
        implements Evaluation {

    /**
     * @param predictions with a column {@code prediction}
     * @param quantileLevel in (0, 1), or null
     * @throws BadInputException if there is no row, a label or prediction is not a finite number, or a weight is negative,
     *     missing or infinite
     */
    public static RegressionEvaluation of(
            Dataset<Row> predictions, LabelColumns columns, @Nullable Double quantileLevel) {
        if (quantileLevel != null && !(quantileLevel > 0 && quantileLevel < 1)) {
            throw new BadInputException("the quantile level must lie between 0 and 1, got " + quantileLevel);
        }
        double level = quantileLevel == null ? 0.5 : quantileLevel;
        Sums sums = predictions
                .select(columns.labelColumn(), col("prediction").cast("double"), columns.weightColumn())
                .toJavaRDD()
                .treeAggregate(new Sums(), (some, row) -> some.add(row, level), Sums::merge);
        columns.checkWeights(sums.strangeWeights, LabelColumns.FINITE_WEIGHTS);
        if (sums.strangePredictions > 0) {
            throw new BadInputException(sums.strangePredictions + " of " + sums.rows
                    + " predictions are missing or not finite; the model or its input is at fault");
        }
        columns.check(sums.rows, sums.strangeLabels, "a finite number", sums.weight.value());
        return sums.evaluation(columns, quantileLevel);
    }

    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("rmse", rmse);
        figures.put("mae", mae);
        figures.put("r2", r2);
        figures.put("mape", mape);
        if (quantileLevel != null) {
            figures.put("pinball", pinball);
        }
        figures.put("rows", (double) rows);
        figures.put("weight", weight);
        return figures;
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "RMSE      %s%nMAE       %s%nR2        %.6f%n%s%s(%s)%n",
                figure(rmse),
                figure(mae),
                r2,
                Double.isNaN(mape)
                        ? "MAPE      undefined, all labels are 0\n"
                        : String.format(
                                Locale.ROOT,
                                "MAPE      %.4f %%%s%n",
                                100 * mape,
                                zeroLabels == 0 ? "" : "  (without " + zeroLabels + " rows whose label is 0)"),
                quantileLevel == null
                        ? ""
                        : String.format(Locale.ROOT, "pinball   %s  (level %s)%n", figure(pinball), quantileLevel),
                columns.describe(rows, weight));
    }

    /** Seven digits, whatever the unit of the label. */
    private static String figure(double value) {
        return value != 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e9)
                ? String.format(Locale.ROOT, "%.6e", value)
                : new BigDecimal(value).round(new MathContext(7)).toPlainString();
    }

    /** Exact sums over rows. */
    private static final class Sums implements Serializable {
        private static final long serialVersionUID = 1L;

        private final ExactSum weight = new ExactSum();
        private final ExactSum labels = new ExactSum();
        private final ExactSum squaredLabels = new ExactSum();
        private final ExactSum squaredErrors = new ExactSum();
        private final ExactSum errors = new ExactSum();
        private final ExactSum shares = new ExactSum();
        private final ExactSum weightOfShares = new ExactSum();
        private final ExactSum pinball = new ExactSum();
        private long rows;
        private long zeroLabels;
        private long strangeLabels;
        private long strangePredictions;
        private long strangeWeights;

        Sums add(Row row, double level) {
            double y = LabelColumns.number(row, 0);
            double p = LabelColumns.number(row, 1);
            double w = LabelColumns.number(row, 2);
            rows++;
            boolean isStrange = false;
            if (!Double.isFinite(y)) {
                strangeLabels++;
                isStrange = true;
            }
            if (!Double.isFinite(p)) {
                strangePredictions++;
                isStrange = true;
            }
            if (!LabelColumns.isWeight(w)) {
                strangeWeights++;
                isStrange = true;
            }
            if (!isStrange) {
                addFinite(y, p, w, level);
            }
            return this;
        }

        private void addFinite(double y, double p, double w, double level) {
            double error = Math.abs(y - p);
            weight.add(w);
            // The spread of labels is a small difference of large sums where the mean is large: products are not
            // rounded.
            labels.addProduct(w, y);
            squaredLabels.addProduct(y, y, w);
            squaredErrors.addProduct(error, error, w);
            errors.addProduct(w, error);
            pinball.addProduct(w, y >= p ? level * error : (1 - level) * error);
            if (y == 0) {
                zeroLabels++;
            } else {
                shares.addProduct(w, error / Math.abs(y));
                weightOfShares.add(w);
            }
        }

        Sums merge(Sums other) {
            weight.merge(other.weight);
            labels.merge(other.labels);
            squaredLabels.merge(other.squaredLabels);
            squaredErrors.merge(other.squaredErrors);
            errors.merge(other.errors);
            shares.merge(other.shares);
            weightOfShares.merge(other.weightOfShares);
            pinball.merge(other.pinball);
            rows += other.rows;
            zeroLabels += other.zeroLabels;
            strangeLabels += other.strangeLabels;
            strangePredictions += other.strangePredictions;
            strangeWeights += other.strangeWeights;
            return this;
        }

        RegressionEvaluation evaluation(LabelColumns columns, @Nullable Double quantileLevel) {
            double total = weight.value();
            BigDecimal meanTimesSum = labels.exact().pow(2).divide(weight.exact(), new MathContext(100));
            double spread = squaredLabels.exact().subtract(meanTimesSum).doubleValue();
            double squared = squaredErrors.value();
            // The quotient above has 100 digits, so a spread below that is none.
            boolean isConstant = spread <= squaredLabels.value() * 1e-90;
            return new RegressionEvaluation(
                    columns,
                    rows,
                    total,
                    Math.sqrt(squared / total),
                    errors.value() / total,
                    isConstant ? Double.NaN : 1 - squared / spread,
                    weightOfShares.value() == 0 ? Double.NaN : shares.value() / weightOfShares.value(),
                    zeroLabels,
                    quantileLevel,
                    quantileLevel == null ? Double.NaN : pinball.value() / total);
        }
    }
}
