package org.sparkmlext.sql;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.StringType;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import scala.collection.immutable.Seq;

/**
 * A function of SQL that asks a model.
 *
 * @param answer what it asks
 */
record PredictionFunction(ModelCall.Answer answer) {

    /**
     * The expression of a call. The model is the one that the name or path has now.
     *
     * @param arguments the model's name or path, then what it reads
     */
    Expression call(Seq<Expression> arguments) {
        List<Expression> given = Catalyst.list(arguments);
        String function = answer.function();
        String source = constant(function, "name or path of a model", given, 0);
        try {
            NamedModel model = NamedModel.newest(SparkSession.active(), source);
            model.model().requireAnswer(answer);
            return new ModelCall(
                    answer,
                    model,
                    CallArguments.of(model.model(), given.subList(1, given.size()))
                            .columns());
        } catch (BadInputException fault) {
            throw Catalyst.fail(function + "('" + source + "'): " + fault.getMessage(), fault);
        } catch (RuntimeException failure) {
            throw Catalyst.fail(function + "('" + source + "'): " + FailureText.of(failure), failure);
        }
    }

    /**
     * The constant text that an argument must be.
     *
     * @param what it is, for the message
     * @param place of the argument, from 0 on
     */
    static String constant(String function, String what, List<Expression> arguments, int place) {
        Expression argument = place < arguments.size() ? arguments.get(place) : null;
        Object value = argument != null && argument.foldable() && argument.dataType() instanceof StringType
                ? argument.eval(null)
                : null;
        if (value == null) {
            throw Catalyst.fail(
                    function + " wants the " + what + " as argument " + (place + 1) + ", a constant text, got "
                            + (argument == null ? "no argument" : argument.sql())
                            + ". Write the text itself, in quotes",
                    null);
        }
        return value.toString();
    }
}
