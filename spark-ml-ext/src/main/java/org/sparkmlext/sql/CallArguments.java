package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.NamedArgumentExpression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;
import scala.Option;

/**
 * What a call of a function gives a model to read.
 *
 * @param model that reads
 * @param all expressions with the names that they have
 */
record CallArguments(ServedModel model, List<Argument> all) {

    /** @param name null where nothing names the expression */
    private record Argument(@Nullable String name, Expression value) {

        boolean isCalled(String wanted) {
            return name != null && isSame(name, wanted);
        }

        String describe() {
            return (name == null ? value.sql() : name) + " (" + value.dataType().simpleString() + ")";
        }
    }

    /**
     * The arguments after the model. A single struct that is none of the model's columns stands for its fields.
     *
     * @param given columns, {@code name => expression}, or other expressions
     */
    static CallArguments of(ServedModel model, List<Expression> given) {
        List<Argument> all = new ArrayList<>();
        for (Expression expression : given) {
            all.add(
                    expression instanceof NamedArgumentExpression named
                            ? new Argument(named.key(), named.value())
                            : new Argument(name(expression), expression));
        }
        if (all.size() == 1 && all.get(0).value().dataType() instanceof StructType fields) {
            Argument struct = all.get(0);
            String name = struct.name();
            if (name == null || model.inputs().stream().noneMatch(input -> isSame(input.name(), name))) {
                all.clear();
                for (int i = 0; i < fields.size(); i++) {
                    String field = fields.fields()[i].name();
                    all.add(new Argument(field, new GetStructField(struct.value(), i, Option.apply(field))));
                }
            }
        }
        return new CallArguments(model, all);
    }

    /** The name that Spark would give the expression in a list of columns, where it is that of a column. */
    private static @Nullable String name(Expression expression) {
        if (expression instanceof NamedExpression named) {
            return named.name();
        }
        if (expression instanceof GetStructField field) {
            StructField[] fields = ((StructType) field.child().dataType()).fields();
            return fields[field.ordinal()].name();
        }
        return expression instanceof Cast cast ? name(cast.child()) : null;
    }

    private static boolean isSame(String name, String other) {
        return SQLConf.get().caseSensitiveAnalysis() ? name.equals(other) : name.equalsIgnoreCase(other);
    }

    /**
     * The model's columns in its order, by name; where some expressions have none, by their places.
     *
     * @throws BadInputException if one is missing, twice there, or of a wrong type; names what the model reads and what is given
     */
    List<Expression> columns() {
        List<ModelInput> inputs = model.inputs();
        boolean byPlace = all.stream().anyMatch(argument -> argument.name() == null);
        if (byPlace && all.size() != inputs.size()) {
            throw refused("expressions without a name go by their places, and there are " + all.size() + " for "
                    + inputs.size() + " columns. Name them with => or in a struct(... AS name)");
        }
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            ModelInput input = inputs.get(i);
            Argument found = byPlace ? placed(input, i) : named(input);
            if (!input.takes(found.value().dataType())) {
                throw refused("column '" + input.name() + "' is "
                        + found.value().dataType().simpleString() + ". Cast it first");
            }
            columns.add(found.value());
        }
        return columns;
    }

    private Argument placed(ModelInput input, int place) {
        Argument found = all.get(place);
        String name = found.name();
        boolean isAnother = name != null
                && !isSame(name, input.name())
                && model.inputs().stream().anyMatch(other -> isSame(other.name(), name));
        if (isAnother) {
            throw refused(
                    "'" + name + "' stands in the place of '" + input.name()
                            + "': beside expressions without a name, columns go by their places. Name all with => , or put them in the model's order");
        }
        return found;
    }

    private Argument named(ModelInput input) {
        List<Argument> found =
                all.stream().filter(argument -> argument.isCalled(input.name())).toList();
        if (found.isEmpty()) {
            List<String> names = all.stream()
                    .map(argument -> Objects.requireNonNull(argument.name()))
                    .toList();
            throw refused("column '" + input.name() + "' is missing"
                    + NearestName.of(input.name(), names)
                            .map(name -> "; did you mean " + input.name() + " => " + name + "?")
                            .orElse(". Name another one with " + input.name() + " => expression"));
        }
        if (found.size() > 1) {
            throw refused("column '" + input.name() + "' is there " + found.size() + " times. Name one with "
                    + input.name() + " => expression");
        }
        return found.get(0);
    }

    private BadInputException refused(String fault) {
        return new BadInputException("the model reads "
                + model.inputs().stream().map(ModelInput::describe).collect(Collectors.joining(", "))
                + "; the query gives "
                + (all.isEmpty()
                        ? "nothing"
                        : all.stream().map(Argument::describe).collect(Collectors.joining(", ")))
                + ": " + fault);
    }
}
