package org.sparkmlext.jobs.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.util.Iterator;
import java.util.Locale;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.jobs.BadInputException;

/**
 * Quality of binary predictions, exact: rows are counted by distinct probability, so that
 * {@code AUC = P(p+ > p-) + P(p+ = p-)/2} has no bins, and sums run in order of probability, so that partitioning changes
 * nothing.
 *
 * @param rows rows with a label
 * @param auc area under the ROC curve; NaN with a single class
 * @param logLoss mean of -log of the probability given to the label, probabilities clipped to [1e-15, 1 - 1e-15]
 * @param truePositives label 1, predicted 1
 * @param falsePositives label 0, predicted 1
 * @param trueNegatives label 0, predicted 0
 * @param falseNegatives label 1, predicted 0
 */
public record BinaryEvaluation(
        long rows,
        double auc,
        double logLoss,
        long truePositives,
        long falsePositives,
        long trueNegatives,
        long falseNegatives) {
    private static final double CLIP = 1e-15;

    /**
     * @param predictions with columns {@code probability} (vector), {@code prediction} and the label
     * @throws BadInputException if there is no row, or labels are missing or not 0/1
     */
    public static BinaryEvaluation of(Dataset<Row> predictions, String labelColumn) {
        Dataset<Row> groups = predictions
                .select(
                        functions
                                .vector_to_array(col("probability"), "float64")
                                .getItem(1)
                                .as("p"),
                        col("prediction").as("prediction"),
                        col("`" + labelColumn + "`").as("label"))
                .groupBy("p", "prediction")
                .agg(
                        sum(col("label").equalTo(1.0).cast("long")).as("positives"),
                        sum(col("label").equalTo(0.0).cast("long")).as("negatives"),
                        count(lit(1)).as("rows"))
                .orderBy("p", "prediction");
        Sums sums = new Sums();
        for (Iterator<Row> rows = groups.toLocalIterator(); rows.hasNext(); ) {
            sums.add(rows.next(), labelColumn);
        }
        return sums.evaluation();
    }

    public double accuracy() {
        return (double) (truePositives + trueNegatives) / rows;
    }

    /** A few lines for people. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "AUC       %.6f%nlog-loss  %.6f%naccuracy  %.6f  (%d rows, %d positive)%n"
                        + "confusion            predicted 0  predicted 1%n"
                        + "          label 0  %12d %12d%n          label 1  %12d %12d%n",
                auc,
                logLoss,
                accuracy(),
                rows,
                truePositives + falseNegatives,
                trueNegatives,
                falsePositives,
                falseNegatives,
                truePositives);
    }

    /** Sums over the groups of equal probability, in ascending order. */
    private static final class Sums {
        private long positives;
        private long negatives;
        private long truePositives;
        private long falsePositives;
        /** Twice the number of (positive, negative) pairs in the right order; whole up to 2^53 and beyond that within 1e-16. */
        private double doubledOrderedPairs;

        private double loss;

        void add(Row group, String labelColumn) {
            double probability = group.getDouble(0);
            long positivesHere = group.isNullAt(2) ? 0 : group.getLong(2);
            long negativesHere = group.isNullAt(3) ? 0 : group.getLong(3);
            long strange = group.getLong(4) - positivesHere - negativesHere;
            if (strange != 0) {
                throw new BadInputException(
                        "label column '" + labelColumn + "' has rows whose label is missing or not 0/1 (" + strange
                                + " rows with probability " + probability + "); map or drop them");
            }
            doubledOrderedPairs += (double) positivesHere * (2.0 * negatives + negativesHere);
            positives += positivesHere;
            negatives += negativesHere;
            double clipped = Math.min(1 - CLIP, Math.max(CLIP, probability));
            loss -= positivesHere * Math.log(clipped) + negativesHere * Math.log1p(-clipped);
            if (group.getDouble(1) > 0.5) {
                truePositives += positivesHere;
                falsePositives += negativesHere;
            }
        }

        BinaryEvaluation evaluation() {
            long rows = positives + negatives;
            if (rows == 0) {
                throw new BadInputException("the table to evaluate on has no rows");
            }
            return new BinaryEvaluation(
                    rows,
                    doubledOrderedPairs / (2.0 * positives * negatives),
                    loss / rows,
                    truePositives,
                    falsePositives,
                    negatives - falsePositives,
                    positives - truePositives);
        }
    }
}
