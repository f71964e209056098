package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.BoostedTreesRegressionModel;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.neural.LstmParams;
import org.sparkmlext.ml.neural.NetworkRegressionModel;
import org.sparkmlext.ml.table.TableLayout;

/** Figures of a scored table, ready to be printed. */
public interface Evaluation {

    /** A few lines for people. */
    String describe();

    /** The figures by name, such as {@code log_loss}, in the order in which they are told; NaN where one is not defined. */
    Map<String, Double> figures();

    /**
     * Measures a model on labelled rows, as {@link #of(Dataset, LabelColumns, Double)} does its predictions. Of events those count that
     * have a prediction: of whole series the last one, of forecasts every step and target of each that came true.
     *
     * @param model a model, or a pipeline that ends in one
     * @param rows as {@code layout} says
     * @param quantileLevel null means that of the model's prediction, where it predicts quantiles
     */
    static Evaluation of(Transformer model, Dataset<Row> rows, TableLayout layout, @Nullable Double quantileLevel) {
        Transformer trained =
                model instanceof PipelineModel pipeline ? pipeline.stages()[pipeline.stages().length - 1] : model;
        Double level = quantileLevel != null ? quantileLevel : predictedLevel(trained);
        Dataset<Row> predictions = model.transform(rows);
        if (layout.events() == null || !(trained instanceof LstmParams events)) {
            return of(predictions, new LabelColumns(layout.label(), layout.weight()), level);
        }
        EventPredictions known = new EventPredictions(events, layout.events(), layout.label());
        return of(known.among(predictions), known.columns(), level);
    }

    private static @Nullable Double predictedLevel(Transformer trained) {
        OptionalDouble level = OptionalDouble.empty();
        if (trained instanceof BoostedTreesRegressionModel trees) {
            level = trees.predictedLevel();
        } else if (trained instanceof NetworkRegressionModel<?> network) {
            level = network.predictedLevel();
        }
        return level.isPresent() ? level.getAsDouble() : null;
    }

    /**
     * Measures predictions by their kind: with a column {@code probability} of two numbers as binary, of more as multiclass,
     * without that column as regression.
     *
     * @param predictions with columns {@code prediction}, {@code probability} of a classifier, and the columns named here
     * @param quantileLevel level of the pinball loss of a regression, in (0, 1); null leaves that loss out
     * @throws BadInputException if there is no row, or labels, weights or predictions cannot be measured
     */
    static Evaluation of(Dataset<Row> predictions, LabelColumns columns, @Nullable Double quantileLevel) {
        if (!Arrays.asList(predictions.columns()).contains("probability")) {
            return RegressionEvaluation.of(predictions, columns, quantileLevel);
        }
        if (quantileLevel != null) {
            throw new BadInputException("a quantile level of " + quantileLevel
                    + " was given, but the model is a classifier; the pinball loss is one of regressions");
        }
        List<Row> first = predictions.select(col("probability")).takeAsList(1);
        if (first.isEmpty()) {
            throw new BadInputException("the table to evaluate on has no rows");
        }
        int classes = ((Vector) first.get(0).get(0)).size();
        return classes == 2
                ? BinaryEvaluation.of(predictions, columns)
                : MulticlassEvaluation.of(predictions, columns, classes);
    }
}
