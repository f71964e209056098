package org.sparkmlext.sql;

import java.util.List;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.analysis.TableFunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;

/** The functions of SQL that ask models: {@code ml_predict}, {@code ml_predict_proba} and, of tables, {@code ml_forecast}. */
public final class Predictions {

    private static final String ARGUMENTS = """

              Arguments:
                * model - a constant text: the name of a model, whose newest version answers, or the path of a model directory, with a /
                * columns - what the model reads, by name: columns, *, name => expression, or one struct with such fields; other columns
                  are passed over. Expressions without a name go by their places in the order of training
              """;

    private static final String PREDICT_EXAMPLES = """

              Examples:
                > SELECT id, _FUNC_('churn', *) FROM customers;
                > SELECT id FROM customers WHERE _FUNC_('churn', age, plan, months => datediff(now(), since) / 30) = 'yes';
                > SELECT image, _FUNC_('/models/digits', image => pixels) FROM scans;
              """;

    private static final String PROBABILITY_EXAMPLES = """

              Examples:
                > SELECT id, _FUNC_('churn', *)['yes'] AS risk FROM customers ORDER BY risk DESC LIMIT 10;
              """;

    private static final String FORECAST_EXAMPLES = """

              Examples:
                > SELECT * FROM _FUNC_('demand', 'sales') WHERE step = 1;
              """;

    // Made once: Spark warns of a function that takes the place of another in what all sessions of a process share.
    private static final Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> PREDICT =
            function(
                    ModelCall.Answer.LABEL,
                    "_FUNC_(model, columns...) - What the model predicts for the row: the label as it was at training, a text or a number;"
                            + " an array of numbers from a model of several steps, targets or quantiles. Null where a row cannot be scored.",
                    PREDICT_EXAMPLES);
    private static final Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>>
            PROBABILITY = function(
                    ModelCall.Answer.PROBABILITY,
                    "_FUNC_(model, columns...) - The probability of each label, as a map. Null where a row cannot be scored.",
                    PROBABILITY_EXAMPLES);
    private static final Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, LogicalPlan>> FORECAST =
            new Tuple3<>(
                    new FunctionIdentifier(ForecastFunction.NAME),
                    new ExpressionInfo(
                            ForecastFunction.class.getName(),
                            null,
                            ForecastFunction.NAME,
                            "_FUNC_(model, table) - What follows the last event of each series of a table or view: a row an entity, step and target, with"
                                    + " columns entity, origin, step, target, forecast and, where they are learnt, quantiles such as p10.",
                            FORECAST_EXAMPLES),
                    ForecastFunction::call);

    private Predictions() {}

    /** Adds the functions, and the rule that answers them. */
    public static void register(SparkSessionExtensions extensions) {
        // What only a session has is temporary to Spark, and views that are stored may not use it.
        for (var function : List.of(PREDICT, PROBABILITY)) {
            extensions.injectFunction(function);
            FunctionRegistry.builtin().registerFunction(function._1(), function._2(), function._3());
        }
        extensions.injectTableFunction(FORECAST);
        TableFunctionRegistry.builtin().registerFunction(FORECAST._1(), FORECAST._2(), FORECAST._3());
        extensions.injectPostHocResolutionRule(session -> new PredictionRule());
    }

    private static Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> function(
            ModelCall.Answer answer, String usage, String examples) {
        ExpressionInfo info =
                new ExpressionInfo(ModelCall.class.getName(), null, answer.function(), usage, ARGUMENTS + examples);
        return new Tuple3<>(new FunctionIdentifier(answer.function()), info, new PredictionFunction(answer)::call);
    }
}
