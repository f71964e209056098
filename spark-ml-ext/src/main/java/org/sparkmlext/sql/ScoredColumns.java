package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.OuterReference;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.ml.input.FailureText;

/**
 * A query's rows with what models say of them. Calls of one model on the same columns are one pass of the model.
 *
 * @param plan the rows: the columns that were wanted, with their ids, and the models' answers
 */
record ScoredColumns(LogicalPlan plan, List<Answered> answered) {

    /**
     * Calls of one model on the same columns, with its answers.
     *
     * @param answers the label and, if asked for, the probabilities
     */
    private record Answered(ServedModel model, List<Expression> columns, List<Attribute> answers) {

        boolean answers(ModelCall call) {
            return call.model() == model && canonical(call).equals(columns);
        }
    }

    private static List<Expression> canonical(ModelCall call) {
        return call.columns().stream().map(Expression::canonicalized).toList();
    }

    /**
     * Scores rows.
     *
     * @param child the rows
     * @param wanted those of their columns that are still needed
     * @param calls all of {@code child}'s columns; in any order, equal ones too
     */
    static ScoredColumns over(LogicalPlan child, List<Attribute> wanted, List<ModelCall> calls) {
        List<ModelCall> left = new ArrayList<>(calls);
        List<Answered> answered = new ArrayList<>();
        List<Attribute> carried = new ArrayList<>(wanted);
        LogicalPlan plan = child;
        while (!left.isEmpty()) {
            ModelCall first = left.get(0);
            List<Expression> canonical = canonical(first);
            List<ModelCall> same = left.stream()
                    .filter(call ->
                            call.model() == first.model() && canonical(call).equals(canonical))
                    .toList();
            left.removeAll(same);
            requireWholeSeries(first, child);
            List<Attribute> needed = Stream.concat(
                            carried.stream(),
                            Catalyst.output(child).stream()
                                    .filter(column -> !isIn(carried, column))
                                    .filter(column -> left.stream().anyMatch(call -> reads(call, column))))
                    .toList();
            boolean wantsProbability = same.stream().anyMatch(call -> call.answer() == ModelCall.Answer.PROBABILITY);
            ScoringPlan.Scored scored = plan(first, needed, wantsProbability).over(plan, first.columns(), needed);
            plan = scored.plan();
            carried.addAll(scored.answers());
            answered.add(new Answered(first.model(), canonical, scored.answers()));
        }
        return new ScoredColumns(plan, answered);
    }

    private static boolean isIn(List<Attribute> attributes, Attribute wanted) {
        return attributes.stream().anyMatch(attribute -> attribute.exprId().equals(wanted.exprId()));
    }

    private static boolean reads(ModelCall call, Attribute column) {
        return call.references().contains(column);
    }

    /** Fails where a call reads something else than columns of rows. */
    static void requireColumns(ModelCall call) {
        if (Calls.has(call, part -> part instanceof OuterReference)) {
            throw Catalyst.fail(
                    call.describe() + " reads a column of the query around this one; predict in the FROM clause of"
                            + " one of the two, and join",
                    null);
        }
        if (Calls.readsElements(call)) {
            throw Catalyst.fail(
                    call.describe() + " stands in a function of an array's elements; explode the array into rows first",
                    null);
        }
    }

    private static void requireWholeSeries(ModelCall call, LogicalPlan child) {
        if (child.isStreaming() && call.model().readsEvents()) {
            throw Catalyst.fail(
                    call.describe() + " reads windows of sorted events, which a stream never has whole; predict in"
                            + " foreachBatch on the events of the last windows",
                    null);
        }
    }

    /** Fails where the model's stages refuse the columns. */
    static void requirePlan(ModelCall call) {
        plan(call, List.of(), call.answer() == ModelCall.Answer.PROBABILITY);
    }

    private static ScoringPlan plan(ModelCall call, List<Attribute> carried, boolean wantsProbability) {
        ServedModel model = call.model();
        List<StructField> fields = new ArrayList<>();
        for (int i = 0; i < model.inputs().size(); i++) {
            Expression column = call.columns().get(i);
            fields.add(new StructField(
                    model.inputs().get(i).name(),
                    column.dataType(),
                    true,
                    column instanceof Attribute attribute ? attribute.metadata() : Metadata.empty()));
        }
        List<DataType> types = carried.stream().map(Attribute::dataType).toList();
        List<Integer> places =
                carried.stream().map(column -> place(call, column)).toList();
        Map<String, String> settings = ScoringPlan.Key.sessionSettings();
        ScoringPlan.Key key = new ScoringPlan.Key(fields, types, places, wantsProbability, settings);
        try {
            return model.plan(key, wanted -> ScoringPlan.of(model, SparkSession.active(), wanted));
        } catch (RuntimeException refused) {
            throw Catalyst.fail(call.describe() + ": " + FailureText.of(refused), refused);
        }
    }

    /** Which of the model's columns a carried one is, if the model leaves it as it is; else -1. */
    private static int place(ModelCall call, Attribute column) {
        ServedModel model = call.model();
        for (int i = 0; i < call.columns().size(); i++) {
            Expression input = call.columns().get(i);
            if (input instanceof Attribute attribute
                    && attribute.exprId().equals(column.exprId())
                    && model.passes(model.inputs().get(i), column.dataType())) {
                return i;
            }
        }
        return -1;
    }

    /** An expression with the answers in place of the calls that have been scored. */
    Expression answering(Expression expression) {
        if (expression instanceof ModelCall call) {
            for (Answered one : answered) {
                if (one.answers(call)) {
                    return (Expression) one.answers().get(call.answer() == ModelCall.Answer.LABEL ? 0 : 1);
                }
            }
        }
        return (Expression) expression.mapChildren(this::answering);
    }
}
