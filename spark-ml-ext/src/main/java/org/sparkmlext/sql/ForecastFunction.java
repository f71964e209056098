package org.sparkmlext.sql;

import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.ml.neural.LstmRegressionModel;
import org.sparkmlext.ml.table.TableReader;
import scala.collection.immutable.Seq;

/** The table function {@code ml_forecast(model, table)}: what follows the last event of each series of a table or view. */
final class ForecastFunction {
    static final String NAME = "ml_forecast";

    private ForecastFunction() {}

    /** The table, as {@link LstmRegressionModel#forecast} makes it of the rows that the table has now. */
    static LogicalPlan call(Seq<Expression> arguments) {
        List<Expression> given = Catalyst.list(arguments);
        if (given.size() != 2) {
            throw Catalyst.fail(
                    NAME
                            + " takes the name or path of a model and the name of a table or view, two constant texts, got "
                            + given.size() + " arguments; write SELECT * FROM " + NAME + "('model', 'table')",
                    null);
        }
        String source = PredictionFunction.constant(NAME, "name or path of a model", given, 0);
        String table = PredictionFunction.constant(NAME, "name of a table or view", given, 1);
        try {
            return forecast(SparkSession.active(), source, table)
                    .queryExecution()
                    .analyzed();
        } catch (BadInputException fault) {
            throw Catalyst.fail(NAME + "('" + source + "', '" + table + "'): " + fault.getMessage(), fault);
        } catch (RuntimeException failure) {
            throw Catalyst.fail(NAME + "('" + source + "', '" + table + "'): " + FailureText.of(failure), failure);
        }
    }

    private static Dataset<Row> forecast(SparkSession session, String source, String table) {
        ServedModel model = NamedModel.newest(session, source).model();
        if (!(model.trained() instanceof LstmRegressionModel forecaster) || !model.readsEvents()) {
            throw new BadInputException(
                    "a " + model.trained().getClass().getSimpleName()
                            + " foretells nothing; a model of lstm_regressor on a table of events does. ml_predict asks every model");
        }
        Dataset<Row> rows = session.table(table);
        if (rows.isStreaming()) {
            throw new BadInputException(
                    "the table is a stream, which has no last events; write it to a table and foretell from that");
        }
        if (model.layout() != null) {
            rows = TableReader.toScore(rows, table, model.layout());
        }
        return forecaster
                .copy(new ParamMap().put(forecaster.getParam("handleInvalid"), "keep"))
                .forecast(rows);
    }
}
