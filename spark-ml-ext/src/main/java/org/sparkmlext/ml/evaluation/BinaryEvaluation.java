package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Quality of binary predictions, exact: weights are summed by distinct probability as whole numbers, so that {@code AUC =
 * P(p+ > p-) + P(p+ = p-)/2} has no bins, and partitioning changes nothing.
 *
 * @param columns what the predictions were held against
 * @param rows rows with a label
 * @param weight sum of weights
 * @param auc weighted area under the ROC curve; NaN with a single class
 * @param averagePrecision weighted area under the precision-recall curve, {@code sum (R_n - R_{n-1}) P_n} over distinct
 *     probabilities, highest first; NaN without a positive row
 * @param logLoss weighted mean of -log of the probability given to the label, probabilities clipped to [1e-15, 1 - 1e-15]
 * @param accuracy weighted share of rows predicted right
 * @param truePositives rows (not weights) with label 1, predicted 1
 * @param falsePositives label 0, predicted 1
 * @param trueNegatives label 0, predicted 0
 * @param falseNegatives label 1, predicted 0
 */
public record BinaryEvaluation(
        LabelColumns columns,
        long rows,
        double weight,
        double auc,
        double averagePrecision,
        double logLoss,
        double accuracy,
        long truePositives,
        long falsePositives,
        long trueNegatives,
        long falseNegatives)
        implements Evaluation {

    /** Weights are below this, so that sums of whole parts fit a long. */
    private static final double MAX_WEIGHT = 1L << 32;

    /**
     * @param predictions with columns {@code probability} (vector), {@code prediction} and those of {@code columns}
     * @throws BadInputException if there is no row, labels are missing or not 0/1, or a weight is missing, negative or
     *     2^32 or more
     */
    public static BinaryEvaluation of(Dataset<Row> predictions, LabelColumns columns) {
        Dataset<Row> groups = predictions
                .select(
                        functions
                                .vector_to_array(col("probability"), "float64")
                                .getItem(1)
                                .as("p"),
                        col("prediction").as("prediction"),
                        columns.labelColumn().as("label"),
                        columns.weightColumn().as("weight"))
                .groupBy("p", "prediction")
                .agg(count(lit(1)).as("rows"), sumsOfGroup().toArray(new Column[0]))
                .orderBy(col("p").desc(), col("prediction"));
        BinaryCurve curve = new BinaryCurve();
        for (Iterator<Row> rows = groups.toLocalIterator(); rows.hasNext(); ) {
            curve.add(rows.next());
        }
        return curve.evaluation(columns);
    }

    /** In the order {@link BinaryCurve#add} reads them. */
    private static List<Column> sumsOfGroup() {
        Column isWeight = col("weight").geq(0).and(col("weight").lt(MAX_WEIGHT));
        Column weight = when(isWeight, col("weight")).otherwise(0.0);
        Column whole = floor(weight);
        // Doubles below 2^32 have no digit below these 64 bits but where they are smaller than 2^-11.
        Column upper = floor(weight.minus(whole).multiply(MAX_WEIGHT));
        Column lower =
                floor(weight.minus(whole).multiply(MAX_WEIGHT).minus(upper).multiply(MAX_WEIGHT));
        List<Column> sums = new ArrayList<>();
        for (double label : new double[] {1, 0}) {
            Column isLabel = col("label").equalTo(label);
            sums.add(sum(when(isLabel, 1L).otherwise(0L)));
            for (Column part : List.of(whole, upper, lower)) {
                sums.add(sum(when(isLabel, part).otherwise(0L)));
            }
        }
        sums.add(sum(when(isWeight, 0L).otherwise(1L)));
        return sums;
    }

    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("auc", auc);
        figures.put("average_precision", averagePrecision);
        figures.put("log_loss", logLoss);
        figures.put("accuracy", accuracy);
        figures.put("true_positives", (double) truePositives);
        figures.put("false_positives", (double) falsePositives);
        figures.put("true_negatives", (double) trueNegatives);
        figures.put("false_negatives", (double) falseNegatives);
        figures.put("rows", (double) rows);
        figures.put("weight", weight);
        return figures;
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "AUC       %.6f%nPR-AUC    %.6f  (average precision)%nlog-loss  %.6f%naccuracy  %.6f  (%s, %d positive)%n"
                        + "confusion            predicted 0  predicted 1%n"
                        + "          label 0  %12d %12d%n          label 1  %12d %12d%n",
                auc,
                averagePrecision,
                logLoss,
                accuracy,
                columns.describe(rows, weight),
                truePositives + falseNegatives,
                trueNegatives,
                falsePositives,
                falseNegatives,
                truePositives);
    }
}
