package org.sparkmlext.ml.evaluation;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.neural.LstmParams;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.stage.SeriesParams;
import org.sparkmlext.ml.table.Events;

/** Which predictions of events can be held against something, and against what. */
final class EventPredictions {
    private static final String PREDICTION = "prediction";
    private static final String TRUTH = "truth";
    private static final String FOUND = "found";

    private final LstmParams model;
    private final Events events;
    private final List<String> targets;

    EventPredictions(LstmParams model, Events events, String label) {
        this.model = model;
        this.events = events;
        targets = events.targets().isEmpty() ? List.of(label) : events.targets();
    }

    /** What the rows of {@link #among} are held against. */
    LabelColumns columns() {
        return new LabelColumns(isPaired() ? TRUTH : targets.get(0), null);
    }

    private boolean isForecast() {
        return model.getHorizon() > 0;
    }

    /** Whether truths have to be brought beside their predictions. */
    private boolean isPaired() {
        return isForecast() || targets.size() > 1;
    }

    /**
     * The rows to measure.
     *
     * @param scored events as the model gives them back
     * @throws BadInputException if the model takes rows for steps that the table does not have one after the other
     */
    Dataset<Row> among(Dataset<Row> scored) {
        if (model.getWindowLength() == 0) {
            Column isLast = row_number().over(series().orderBy(time().desc())).equalTo(1);
            return scored.withColumn(FOUND, isLast).where(col(FOUND)).drop(FOUND);
        }
        if (!isPaired()) {
            return scored.where(col(PREDICTION).isNotNull());
        }
        boolean hasEveryStep = model.getGaps().equals(SeriesParams.ERROR)
                && model.getDuplicates().equals(SeriesParams.ERROR);
        if (isForecast() && !hasEveryStep) {
            throw new BadInputException("the model forecasts series with gaps '" + model.getGaps()
                    + "' and duplicates '" + model.getDuplicates()
                    + "', of which the next rows need not be the next steps; measure it with backtest");
        }
        return paired(scored, (LstmRegressionModel) model);
    }

    /** A row a step and target: what was predicted, and what came. */
    private Dataset<Row> paired(Dataset<Row> scored, LstmRegressionModel forecaster) {
        int horizon = forecaster.getHorizon();
        Column now =
                array(targets.stream().map(name -> byName(name).cast("double")).toArray(Column[]::new));
        Column truths = isForecast()
                ? flatten(collect_list(now).over(series().orderBy(time()).rowsBetween(1, horizon)))
                : now;
        Column found = forecaster.getPredictionsCol().isEmpty()
                ? array(col(PREDICTION))
                : functions.vector_to_array(byName(forecaster.getPredictionsCol()), "float64");
        int outputs = forecaster.numOutputs() / (targets.size() * Math.max(1, horizon));
        String place = "i * " + outputs + " + " + pointOf(forecaster);
        return scored.withColumn(TRUTH, truths)
                .where(col(PREDICTION).isNotNull().and(size(col(TRUTH)).gt(0)))
                .select(col(TRUTH), found.as(FOUND))
                .select(explode(expr("transform(" + TRUTH + ", (t, i) -> struct(t AS " + TRUTH + ", " + FOUND + "["
                        + place + "] AS " + PREDICTION + "))")))
                .select("col.*");
    }

    /** Which of a target's outputs is its prediction. */
    private static int pointOf(LstmRegressionModel forecaster) {
        OptionalDouble level = forecaster.predictedLevel();
        return level.isPresent()
                ? DoubleStream.of(forecaster.getQuantiles()).boxed().toList().indexOf(level.getAsDouble())
                : 0;
    }

    private WindowSpec series() {
        return events.entity() == null ? Window.partitionBy(lit(0)) : Window.partitionBy(byName(events.entity()));
    }

    private Column time() {
        return byName(events.time());
    }

    private static Column byName(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }
}
