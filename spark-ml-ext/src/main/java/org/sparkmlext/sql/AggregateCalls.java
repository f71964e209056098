package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Calls of models in a grouping. Those in grouping expressions and in arguments of aggregate functions ask of rows, and are answered below;
 * those on groups, such as {@code ml_predict('m', avg(a), max(b))}, are answered above.
 */
record AggregateCalls(Aggregate node) {

    private List<Expression> grouping() {
        return Catalyst.list(node.groupingExpressions());
    }

    private List<NamedExpression> results() {
        return Catalyst.list(node.aggregateExpressions());
    }

    LogicalPlan answered() {
        List<ModelCall> ofRows = new ArrayList<>();
        grouping().forEach(expression -> ofRows.addAll(Calls.innermost(expression)));
        results().forEach(result -> collectOfRows((Expression) result, ofRows));
        return ofRows.isEmpty() ? ofGroups() : ofRows(ofRows);
    }

    private boolean isGrouping(Expression expression) {
        return grouping().stream().anyMatch(expression::semanticEquals);
    }

    private static void collectOfRows(Expression expression, List<ModelCall> found) {
        if (expression instanceof AggregateExpression) {
            found.addAll(Calls.innermost(expression));
        } else {
            Catalyst.list(expression.children()).forEach(child -> collectOfRows(child, found));
        }
    }

    private LogicalPlan ofRows(List<ModelCall> calls) {
        ScoredColumns scored = ScoredColumns.over(node.child(), Catalyst.output(node.child()), calls);
        List<Expression> grouping = grouping().stream().map(scored::answering).toList();
        List<NamedExpression> results = results().stream()
                .map(result -> (NamedExpression) answering(scored, (Expression) result))
                .toList();
        return PredictionRule.answered(
                (LogicalPlan) with(grouping, results).withNewChildren(Catalyst.seq(List.of(scored.plan()))));
    }

    /** A result with answers where they are of rows: a call outside of both has the same text, but is asked of a group. */
    private Expression answering(ScoredColumns scored, Expression expression) {
        return expression instanceof AggregateExpression || isGrouping(expression)
                ? scored.answering(expression)
                : (Expression) expression.mapChildren(child -> answering(scored, child));
    }

    private LogicalPlan with(List<Expression> grouping, List<NamedExpression> results) {
        // By its elements: the constructor has one more from Spark 4 on.
        List<Object> elements = new ArrayList<>(
                CollectionConverters.asJava(node.productIterator().toList()));
        elements.set(0, Catalyst.seq(grouping));
        elements.set(1, Catalyst.seq(results));
        return (LogicalPlan) node.makeCopy(elements.toArray());
    }

    private boolean isOfGroups(Expression expression) {
        return expression instanceof AggregateExpression
                || isGrouping(expression)
                || (!(expression instanceof Attribute)
                        && Catalyst.list(expression.children()).stream().allMatch(this::isOfGroups));
    }

    /** Groups with all that results are made of, and above them results. */
    private LogicalPlan ofGroups() {
        if (!results().stream().allMatch(result -> isOfGroups((Expression) result))) {
            // Spark refuses columns that are not grouped.
            return node;
        }
        Map<Expression, NamedExpression> parts = new HashMap<>();
        List<NamedExpression> made = new ArrayList<>();
        List<NamedExpression> above = results().stream()
                .map(result -> (NamedExpression) ofParts((Expression) result, parts, made))
                .toList();
        return PredictionRule.answered(Catalyst.project(above, with(grouping(), made)));
    }

    /** An expression of the groups' columns, which are added where they are not there yet. */
    private Expression ofParts(
            Expression expression, Map<Expression, NamedExpression> parts, List<NamedExpression> made) {
        if (!(expression instanceof AggregateExpression) && !isGrouping(expression)) {
            return (Expression) expression.mapChildren(child -> ofParts(child, parts, made));
        }
        NamedExpression part = parts.computeIfAbsent(expression.canonicalized(), unseen -> {
            NamedExpression named =
                    expression instanceof Attribute attribute ? (NamedExpression) attribute : alias(expression);
            made.add(named);
            return named;
        });
        return (Expression) part.toAttribute();
    }

    private static Alias alias(Expression expression) {
        return Catalyst.alias(expression, "_group_" + expression.prettyName(), NamedExpression.newExprId());
    }
}
