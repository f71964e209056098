package org.sparkmlext.sql;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** Copies a plan with fresh ids, so that a query may hold it more than once. */
final class PlanCopy {
    private final Map<ExprId, ExprId> fresh = new HashMap<>();

    /** What stands for an attribute of the plan in the copy. */
    Attribute attribute(Attribute of) {
        return of.withExprId(id(of.exprId()));
    }

    private ExprId id(ExprId of) {
        return fresh.computeIfAbsent(of, old -> NamedExpression.newExprId());
    }

    /**
     * The copy.
     *
     * @param leaf a node of the plan
     * @param instead what takes its place; its columns have the ids of {@link #attribute}
     */
    LogicalPlan of(LogicalPlan plan, LogicalPlan leaf, LogicalPlan instead) {
        if (plan == leaf) {
            return instead;
        }
        LogicalPlan copied = (LogicalPlan) plan.mapChildren(child -> of(child, leaf, instead));
        return (LogicalPlan) copied.mapExpressions(this::expression);
    }

    private Expression expression(Expression of) {
        Expression copied = (Expression) of.mapChildren(this::expression);
        if (copied instanceof AttributeReference attribute) {
            return (Expression) attribute(attribute);
        }
        return copied instanceof Alias alias
                ? new Alias(
                        alias.child(),
                        alias.name(),
                        id(alias.exprId()),
                        alias.qualifier(),
                        alias.explicitMetadata(),
                        alias.nonInheritableMetadataKeys())
                : copied;
    }
}
