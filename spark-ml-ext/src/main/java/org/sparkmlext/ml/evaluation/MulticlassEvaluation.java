package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ExactSum;
import org.sparkmlext.ml.input.BadInputException;

/**
 * Quality of predictions of several classes in one pass. Sums are exact, so partitioning changes nothing.
 *
 * @param columns what the predictions were held against
 * @param rows number of rows
 * @param weight sum of weights
 * @param logLoss weighted mean of -log of the probability given to the label, probabilities at least 1e-15
 * @param accuracy weighted share of rows predicted right
 * @param macroF1 plain mean over the classes that occur, as label or as prediction, of the weighted
 *     {@code F1 = 2 TP / (2 TP + FP + FN)}
 * @param confusion rows (not weights) by label, then by prediction
 */
public record MulticlassEvaluation(
        LabelColumns columns,
        long rows,
        double weight,
        double logLoss,
        double accuracy,
        double macroF1,
        List<List<Long>> confusion)
        implements Evaluation {

    /** The matrix is printed up to this many classes, beyond it the most frequent confusions. */
    private static final int SHOWN_CLASSES = 12;

    private static final double SMALLEST_PROBABILITY = 1e-15;

    /**
     * @param predictions with columns {@code probability} (vector) and {@code prediction}
     * @param classes length of the probability vectors
     * @throws BadInputException if there is no row, a label is not one of 0 .. classes - 1, a probability vector is missing
     *     or holds NaN, or a weight is negative, missing or infinite
     */
    public static MulticlassEvaluation of(Dataset<Row> predictions, LabelColumns columns, int classes) {
        Sums sums = predictions
                .select(
                        columns.labelColumn(),
                        col("prediction").cast("double"),
                        columns.weightColumn(),
                        col("probability"))
                .toJavaRDD()
                .treeAggregate(new Sums(classes), Sums::add, Sums::merge);
        columns.checkWeights(sums.strangeWeights, LabelColumns.FINITE_WEIGHTS);
        LabelColumns.checkProbabilities(sums.strangeProbabilities, sums.rows);
        columns.check(
                sums.rows,
                sums.strangeLabels,
                "a class of the model (whole numbers 0 to " + (classes - 1) + ")",
                sums.weight.value());
        return sums.evaluation(columns);
    }

    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("log_loss", logLoss);
        figures.put("accuracy", accuracy);
        figures.put("macro_f1", macroF1);
        figures.put("rows", (double) rows);
        figures.put("weight", weight);
        return figures;
    }

    @Override
    public String describe() {
        return String.format(
                        Locale.ROOT,
                        "log-loss  %.6f%naccuracy  %.6f%nmacro F1  %.6f  (%s, %d classes)%n",
                        logLoss,
                        accuracy,
                        macroF1,
                        columns.describe(rows, weight),
                        confusion.size())
                + (confusion.size() <= SHOWN_CLASSES ? matrix() : mostFrequentConfusions());
    }

    private String matrix() {
        StringBuilder text = new StringBuilder("rows by label (down) and prediction (across)\n         ");
        for (int k = 0; k < confusion.size(); k++) {
            text.append(String.format(Locale.ROOT, " %9d", k));
        }
        for (int k = 0; k < confusion.size(); k++) {
            text.append(String.format(Locale.ROOT, "%n%9d", k));
            confusion.get(k).forEach(count -> text.append(String.format(Locale.ROOT, " %9d", count)));
        }
        return text.append('\n').toString();
    }

    private String mostFrequentConfusions() {
        record Cell(int label, int prediction, long count) {}
        List<Cell> wrong = new ArrayList<>();
        for (int label = 0; label < confusion.size(); label++) {
            for (int prediction = 0; prediction < confusion.size(); prediction++) {
                long count = confusion.get(label).get(prediction);
                if (label != prediction && count > 0) {
                    wrong.add(new Cell(label, prediction, count));
                }
            }
        }
        wrong.sort(Comparator.comparingLong(Cell::count)
                .reversed()
                .thenComparingInt(Cell::label)
                .thenComparingInt(Cell::prediction));
        StringBuilder text = new StringBuilder("most frequent confusions\n");
        wrong.stream()
                .limit(SHOWN_CLASSES)
                .forEach(cell -> text.append(String.format(
                        Locale.ROOT,
                        "  label %d, predicted %d: %d rows%n",
                        cell.label(),
                        cell.prediction(),
                        cell.count())));
        return text.toString();
    }

    /** Exact sums over rows. */
    private static final class Sums implements Serializable {
        private static final long serialVersionUID = 1L;

        private final long[][] confusion;
        private final ExactSum[] byLabel;
        private final ExactSum[] byPrediction;
        private final ExactSum[] right;
        private final ExactSum weight = new ExactSum();
        private final ExactSum loss = new ExactSum();
        private long rows;
        private long strangeLabels;
        private long strangeWeights;
        private long strangeProbabilities;

        Sums(int classes) {
            confusion = new long[classes][classes];
            byLabel = sums(classes);
            byPrediction = sums(classes);
            right = sums(classes);
        }

        private static ExactSum[] sums(int count) {
            ExactSum[] sums = new ExactSum[count];
            for (int i = 0; i < count; i++) {
                sums[i] = new ExactSum();
            }
            return sums;
        }

        Sums add(Row row) {
            double label = LabelColumns.number(row, 0);
            double w = LabelColumns.number(row, 2);
            int k = (int) label;
            rows++;
            boolean isClass = k == label && k >= 0 && k < confusion.length;
            strangeLabels += isClass ? 0 : 1;
            strangeWeights += LabelColumns.isWeight(w) ? 0 : 1;
            Vector probabilities = (Vector) row.get(3);
            boolean areNumbers = areNumbers(probabilities);
            strangeProbabilities += areNumbers ? 0 : 1;
            if (!isClass || !LabelColumns.isWeight(w) || !areNumbers) {
                return this;
            }
            int prediction = (int) row.getDouble(1);
            double probability = probabilities.apply(k);
            confusion[k][prediction]++;
            weight.add(w);
            byLabel[k].add(w);
            byPrediction[prediction].add(w);
            if (prediction == k) {
                right[k].add(w);
            }
            // StrictMath: the same bits on every executor.
            loss.addProduct(w, -StrictMath.log(Math.max(SMALLEST_PROBABILITY, probability)));
            return this;
        }

        /** All of them count: where one is NaN, so is the choice of the most probable class. */
        private static boolean areNumbers(@Nullable Vector probabilities) {
            return probabilities != null
                    && Arrays.stream(probabilities.toArray()).noneMatch(Double::isNaN);
        }

        Sums merge(Sums other) {
            for (int k = 0; k < confusion.length; k++) {
                for (int p = 0; p < confusion.length; p++) {
                    confusion[k][p] += other.confusion[k][p];
                }
                byLabel[k].merge(other.byLabel[k]);
                byPrediction[k].merge(other.byPrediction[k]);
                right[k].merge(other.right[k]);
            }
            weight.merge(other.weight);
            loss.merge(other.loss);
            rows += other.rows;
            strangeLabels += other.strangeLabels;
            strangeWeights += other.strangeWeights;
            strangeProbabilities += other.strangeProbabilities;
            return this;
        }

        MulticlassEvaluation evaluation(LabelColumns columns) {
            double total = weight.value();
            ExactSum allRight = new ExactSum();
            double f1 = 0;
            int occurring = 0;
            List<List<Long>> matrix = new ArrayList<>();
            for (int k = 0; k < confusion.length; k++) {
                allRight.merge(right[k]);
                double both = byLabel[k].value() + byPrediction[k].value();
                if (both > 0) {
                    f1 += 2 * right[k].value() / both;
                    occurring++;
                }
                List<Long> line = new ArrayList<>();
                for (long count : confusion[k]) {
                    line.add(count);
                }
                matrix.add(List.copyOf(line));
            }
            return new MulticlassEvaluation(
                    columns,
                    rows,
                    total,
                    loss.value() / total,
                    allRight.value() / total,
                    f1 / occurring,
                    List.copyOf(matrix));
        }
    }
}
