package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** Finds calls of models in expressions. */
final class Calls {

    private Calls() {}

    /** Calls in a node's own expressions that have no other call among their arguments. */
    static List<ModelCall> innermost(LogicalPlan node) {
        List<ModelCall> found = new ArrayList<>();
        Catalyst.list(node.expressions()).forEach(expression -> collect(expression, found));
        return found;
    }

    /** The same in an expression. */
    static List<ModelCall> innermost(Expression expression) {
        List<ModelCall> found = new ArrayList<>();
        collect(expression, found);
        return found;
    }

    /** All calls in a plan, those among arguments of others too. */
    static List<ModelCall> all(LogicalPlan plan) {
        List<ModelCall> found = new ArrayList<>();
        Catalyst.list(plan.children()).forEach(child -> found.addAll(all(child)));
        Catalyst.list(plan.expressions()).forEach(expression -> collectAll(expression, found));
        return found;
    }

    private static void collectAll(Expression expression, List<ModelCall> found) {
        Catalyst.list(expression.children()).forEach(child -> collectAll(child, found));
        if (expression instanceof ModelCall call) {
            found.add(call);
        }
    }

    private static boolean collect(Expression expression, List<ModelCall> found) {
        boolean any = false;
        for (Expression child : Catalyst.list(expression.children())) {
            any |= collect(child, found);
        }
        if (!any && expression instanceof ModelCall call) {
            found.add(call);
            return true;
        }
        return any;
    }

    static boolean areIn(Expression expression) {
        return has(expression, part -> part instanceof ModelCall);
    }

    /** Whether an expression reads elements of an array that a function around it goes through. */
    static boolean readsElements(Expression expression) {
        return readsElements(expression, Set.of());
    }

    private static boolean readsElements(Expression expression, Set<ExprId> own) {
        if (expression instanceof NamedLambdaVariable variable) {
            return !own.contains(variable.exprId());
        }
        Set<ExprId> known = own;
        if (expression instanceof LambdaFunction lambda) {
            known = new HashSet<>(own);
            for (NamedExpression argument : Catalyst.list(lambda.arguments())) {
                known.add(argument.exprId());
            }
        }
        for (Expression child : Catalyst.list(expression.children())) {
            if (readsElements(child, known)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an expression, or a part of it, is such a one. */
    static boolean has(Expression expression, Predicate<Expression> wanted) {
        return wanted.test(expression)
                || Catalyst.list(expression.children()).stream().anyMatch(child -> has(child, wanted));
    }
}
