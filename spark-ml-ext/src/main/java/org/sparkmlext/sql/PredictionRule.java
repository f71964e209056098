package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import org.apache.spark.sql.catalyst.rules.Rule;

/**
 * Puts the plan of a model's {@code transform} below each node whose expressions ask the model, and its columns in the place of the calls:
 * {@code SELECT id, ml_predict('m', a, b) FROM t} becomes a projection of what {@code transform} makes of {@code t}. A query so predicts
 * just as {@code transform} does, whole batches of rows at once, and Spark optimises through it.
 *
 * <p>Runs on analyzed plans. What a node gives keeps its names, order and ids. Spark analyzes a stream's plan as the query is made, which
 * only checks its calls, and again with the rows of each micro-batch, which answers them.
 */
final class PredictionRule extends Rule<LogicalPlan> {

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!plan.isStreaming()) {
            return answered(plan, false);
        }
        return StreamVersions.isOfBatch(plan)
                ? answered(StreamVersions.ofThisThread().renewed(plan), false)
                : answered(plan, true);
    }

    /**
     * The plan without calls.
     *
     * @param keepsStreams whether calls on rows of streams are checked only and stay, for each batch to answer by the version of then
     */
    private static LogicalPlan answered(LogicalPlan plan, boolean keepsStreams) {
        LogicalPlan below = (LogicalPlan) plan.mapChildren(child -> answered(child, keepsStreams));
        if (!below.resolved()) {
            return below;
        }
        LogicalPlan answered = answered(below);
        return keepsStreams && below.isStreaming() ? below : answered;
    }

    /** A node whose expressions ask no model any more, over children that do not either. */
    static LogicalPlan answered(LogicalPlan node) {
        List<ModelCall> calls = Calls.innermost(node);
        if (calls.isEmpty()) {
            return node;
        }
        calls.forEach(ScoredColumns::requireColumns);
        if (node instanceof Aggregate aggregate) {
            return new AggregateCalls(aggregate).answered();
        }
        if (node instanceof Filter filter) {
            return ofFilter(filter, calls);
        }
        if (node instanceof Join join) {
            return ofJoin(join, calls);
        }
        if (node instanceof UnaryNode && !(node instanceof Command)) {
            return ofUnary(node, calls);
        }
        throw Catalyst.fail(
                calls.get(0).describe() + " cannot stand in " + node.nodeName() + "; predict in a subquery of its own",
                null);
    }

    private static LogicalPlan ofUnary(LogicalPlan node, List<ModelCall> calls) {
        LogicalPlan child = node.children().head();
        for (ModelCall call : calls) {
            if (!call.references().subsetOf(child.outputSet())) {
                throw Catalyst.fail(
                        call.describe() + " reads columns that are not all below " + node.nodeName()
                                + "; predict in a subquery of its own",
                        null);
            }
        }
        boolean isProject = node instanceof Project;
        ScoredColumns scored =
                ScoredColumns.over(child, isProject ? needed(node, calls) : Catalyst.output(child), calls);
        LogicalPlan changed = answered(with(scored, node));
        return isProject ? changed : project(node.output(), changed);
    }

    /** A node over scored rows. */
    private static LogicalPlan with(ScoredColumns scored, LogicalPlan node) {
        LogicalPlan changed = (LogicalPlan) node.mapExpressions(scored::answering);
        return (LogicalPlan) changed.withNewChildren(Catalyst.seq(List.of(scored.plan())));
    }

    /** The columns that a node reads beside what calls read. */
    private static List<Attribute> needed(LogicalPlan node, List<ModelCall> calls) {
        List<Expression> rest = new ArrayList<>();
        Catalyst.list(node.expressions()).forEach(expression -> addOthers(expression, calls, rest));
        return Catalyst.output(node.children().head()).stream()
                .filter(column ->
                        rest.stream().anyMatch(part -> part.references().contains(column)))
                .toList();
    }

    /** Adds the parts of an expression that are outside of the calls. */
    private static void addOthers(Expression expression, List<ModelCall> calls, List<Expression> rest) {
        if (expression instanceof ModelCall call && calls.contains(call)) {
            return;
        }
        List<Expression> children = Catalyst.list(expression.children());
        if (children.isEmpty() || !Calls.areIn(expression)) {
            rest.add(expression);
        } else {
            children.forEach(child -> addOthers(child, calls, rest));
        }
    }

    /** Conditions that ask no model are tested first, so that only what passes them is scored; not where rows are each other's context. */
    private static LogicalPlan ofFilter(Filter filter, List<ModelCall> calls) {
        List<Expression> first = new ArrayList<>();
        List<Expression> then = new ArrayList<>();
        boolean areRowsAlone = calls.stream().noneMatch(call -> call.model().readsEvents());
        for (Expression condition : conditions(filter.condition())) {
            boolean isFirst = areRowsAlone && condition.deterministic() && !Calls.areIn(condition);
            (isFirst ? first : then).add(condition);
        }
        return first.isEmpty()
                ? ofUnary(filter, calls)
                : ofUnary(new Filter(all(then), new Filter(all(first), filter.child())), calls);
    }

    private static List<Expression> conditions(Expression condition) {
        if (!(condition instanceof And and)) {
            return List.of(condition);
        }
        List<Expression> both = new ArrayList<>(conditions(and.left()));
        both.addAll(conditions(and.right()));
        return both;
    }

    private static Expression all(List<Expression> conditions) {
        return conditions.stream().reduce(And::new).orElseThrow();
    }

    /** Each call has to be of one side. */
    private static LogicalPlan ofJoin(Join join, List<ModelCall> calls) {
        List<ModelCall> ofLeft = new ArrayList<>();
        List<ModelCall> ofRight = new ArrayList<>();
        for (ModelCall call : calls) {
            if (call.references().subsetOf(join.left().outputSet())) {
                ofLeft.add(call);
            } else if (call.references().subsetOf(join.right().outputSet())) {
                ofRight.add(call);
            } else {
                throw Catalyst.fail(
                        call.describe() + " in a join's condition reads columns of both sides, which are rows only"
                                + " after the join. Join in a subquery and predict outside of it: SELECT * FROM"
                                + " (SELECT ... FROM a JOIN b ON ...) WHERE " + call.describe() + " ...",
                        null);
            }
        }
        ScoredColumns left = ScoredColumns.over(join.left(), Catalyst.output(join.left()), ofLeft);
        ScoredColumns right = ScoredColumns.over(join.right(), Catalyst.output(join.right()), ofRight);
        LogicalPlan changed =
                (LogicalPlan) join.mapExpressions(condition -> right.answering(left.answering(condition)));
        changed = (LogicalPlan) changed.withNewChildren(Catalyst.seq(List.of(left.plan(), right.plan())));
        return project(join.output(), answered(changed));
    }

    static LogicalPlan project(scala.collection.immutable.Seq<Attribute> output, LogicalPlan child) {
        List<NamedExpression> columns = new ArrayList<>();
        Catalyst.list(output).forEach(column -> columns.add((NamedExpression) column));
        return Catalyst.project(columns, child);
    }
}
