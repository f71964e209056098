package org.sparkmlext.ml.evaluation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.apache.spark.sql.Row;
import org.sparkmlext.data.ExactSum;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Walks groups of equal probability from the highest down. Weights are whole numbers of 2^-64, pairs and sums of them are
 * exact.
 */
final class BinaryCurve {
    private static final double CLIP = 1e-15;
    private static final int FRACTION_BITS = 64;

    private BigInteger positive = BigInteger.ZERO;
    private BigInteger negative = BigInteger.ZERO;
    private BigInteger right = BigInteger.ZERO;
    /** Twice the weight of (positive, negative) pairs in the right order. */
    private BigInteger doubledPairs = BigInteger.ZERO;

    private final ExactSum precision = new ExactSum();
    private final ExactSum loss = new ExactSum();
    private BigInteger positiveAtStep = BigInteger.ZERO;
    private BigInteger negativeAtStep = BigInteger.ZERO;
    private double probability = Double.NaN;
    private long rows;
    private long positiveRows;
    private long negativeRows;
    private long truePositives;
    private long falsePositives;
    private long strangeWeights;
    private long strangeProbabilities;

    /** @param group probability, prediction, rows, of label 1 rows and three parts of weights, of label 0 the same, strange weights */
    void add(Row group) {
        double p = LabelColumns.number(group, 0);
        long rowsHere = group.getLong(2);
        long positiveRowsHere = group.getLong(3);
        long negativeRowsHere = group.getLong(7);
        BigInteger positiveHere = weight(group, 4);
        BigInteger negativeHere = weight(group, 8);
        rows += rowsHere;
        positiveRows += positiveRowsHere;
        negativeRows += negativeRowsHere;
        strangeWeights += group.getLong(11);
        if (Double.isNaN(p)) {
            strangeProbabilities += rowsHere;
            return;
        }
        if (p != probability) {
            endStep();
            probability = p;
        }
        positiveAtStep = positiveAtStep.add(positiveHere);
        negativeAtStep = negativeAtStep.add(negativeHere);
        boolean isPredicted = group.getDouble(1) > 0.5;
        right = right.add(isPredicted ? positiveHere : negativeHere);
        if (isPredicted) {
            truePositives += positiveRowsHere;
            falsePositives += negativeRowsHere;
        }
    }

    private static BigInteger weight(Row group, int at) {
        return BigInteger.valueOf(group.getLong(at))
                .shiftLeft(32)
                .add(BigInteger.valueOf(group.getLong(at + 1)))
                .shiftLeft(32)
                .add(BigInteger.valueOf(group.getLong(at + 2)));
    }

    private static double number(BigInteger weight) {
        return Math.scalb(weight.doubleValue(), -FRACTION_BITS);
    }

    /** Takes the rows of equal probability into the curve. */
    private void endStep() {
        doubledPairs =
                doubledPairs.add(negativeAtStep.multiply(positive.shiftLeft(1).add(positiveAtStep)));
        positive = positive.add(positiveAtStep);
        negative = negative.add(negativeAtStep);
        if (positiveAtStep.signum() > 0) {
            precision.addProduct(
                    number(positiveAtStep),
                    positive.doubleValue() / positive.add(negative).doubleValue());
        }
        double clipped = Math.min(1 - CLIP, Math.max(CLIP, probability));
        if (positiveAtStep.signum() + negativeAtStep.signum() > 0) {
            // StrictMath: the same bits on every machine.
            loss.addProduct(number(positiveAtStep), -StrictMath.log(clipped));
            loss.addProduct(number(negativeAtStep), -StrictMath.log1p(-clipped));
        }
        positiveAtStep = BigInteger.ZERO;
        negativeAtStep = BigInteger.ZERO;
    }

    /** @throws BadInputException if a label, weight or probability cannot be measured, or there is no row */
    BinaryEvaluation evaluation(LabelColumns columns) {
        endStep();
        columns.checkWeights(strangeWeights, "numbers from 0 to below 2^32");
        LabelColumns.checkProbabilities(strangeProbabilities, rows);
        BigInteger total = positive.add(negative);
        columns.check(rows, rows - positiveRows - negativeRows, "0/1", number(total));
        return new BinaryEvaluation(
                columns,
                rows,
                number(total),
                ratio(doubledPairs, positive.multiply(negative).shiftLeft(1)),
                positive.signum() == 0 ? Double.NaN : Math.min(1, precision.value() / number(positive)),
                loss.value() / number(total),
                ratio(right, total),
                truePositives,
                falsePositives,
                negativeRows - falsePositives,
                positiveRows - truePositives);
    }

    private static double ratio(BigInteger numerator, BigInteger denominator) {
        if (denominator.signum() == 0) {
            return Double.NaN;
        }
        return new BigDecimal(numerator)
                .divide(new BigDecimal(denominator), MathContext.DECIMAL128)
                .doubleValue();
    }
}
