package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.dense_rank;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.sparkmlext.ml.stage.SeriesParams;

/** Forecasts after the last event of each entity, a row a step and target. */
final class ForecastTable {

    private static final String PLACE = "series_place";
    private static final String FORECASTS = "series_forecasts";
    private static final String NUMBER = "series_number";

    private ForecastTable() {}

    /**
     * The table, see {@link LstmRegressionModel#forecast}.
     *
     * @param steps of a window
     */
    static Dataset<Row> of(LstmRegressionModel model, NetworkEvents events, Dataset<?> data, int steps) {
        LstmRegressionModel scoring = model.copy(org.apache.spark.ml.param.ParamMap$.MODULE$.empty());
        scoring.setPredictionsCol(FORECASTS).setEmbeddingsCol("");
        scoring.set(scoring.predictionCol(), "");
        Dataset<Row> scored = scoring.transform(lastEvents(model, events, data, steps))
                .where(col(PLACE).equalTo(1).and(col(FORECASTS).isNotNull()));
        List<String> targets = events.targets();
        int each = QuantileLevels.outputs(model);
        Column number = col(NUMBER);
        Column forecasts = functions.vector_to_array(col(FORECASTS), "float64");
        Column target = number.mod(targets.size()).plus(1).cast(DataTypes.IntegerType);
        List<Column> selected = new ArrayList<>();
        selected.add(entity(model).cast(DataTypes.StringType).as("entity"));
        selected.add(NetworkEvents.byName(model.getTimeCol()).as("origin"));
        selected.add(number.divide(targets.size())
                .cast(DataTypes.IntegerType)
                .plus(1)
                .as("step"));
        selected.add(element_at(array(targets.stream().map(name -> lit(name)).toArray(Column[]::new)), target)
                .as("target"));
        selected.add(forecasts
                .getItem(number.multiply(each).plus(QuantileLevels.point(model)))
                .as("forecast"));
        for (int level = 0; each > 1 && level < each; level++) {
            selected.add(forecasts.getItem(number.multiply(each).plus(level)).as(column(model.getQuantiles()[level])));
        }
        return scored.withColumn(NUMBER, explode(sequence(lit(0), lit(events.numTargets() - 1))))
                .select(selected.toArray(Column[]::new));
    }

    /** The events that the last window of an entity can have, the last one having place 1. */
    private static Dataset<Row> lastEvents(
            LstmRegressionModel model, NetworkEvents events, Dataset<?> data, int steps) {
        WindowSpec latestFirst = Window.partitionBy(entity(model))
                .orderBy(NetworkEvents.byName(model.getTimeCol()).desc());
        Set<String> needed = new LinkedHashSet<>();
        if (!model.getEntityCol().isEmpty()) {
            needed.add(model.getEntityCol());
        }
        needed.add(model.getTimeCol());
        needed.addAll(events.inputs());
        Dataset<Row> placed = data.toDF()
                .select(needed.stream().map(NetworkEvents::byName).toArray(Column[]::new))
                .withColumn(PLACE, dense_rank().over(latestFirst));
        // Events that are left out make the window reach further back.
        return model.getHandleInvalid().equals(SeriesParams.ERROR)
                ? placed.where(col(PLACE).leq(steps))
                : placed;
    }

    private static Column entity(LstmRegressionModel model) {
        return model.getEntityCol().isEmpty() ? lit("") : NetworkEvents.byName(model.getEntityCol());
    }

    /** Name of the column of a quantile: p10 for 0.1, p2_5 for 0.025. */
    private static String column(double level) {
        return "p"
                + BigDecimal.valueOf(level)
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()
                        .replace('.', '_');
    }
}
