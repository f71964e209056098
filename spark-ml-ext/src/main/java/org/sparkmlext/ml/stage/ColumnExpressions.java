package org.sparkmlext.ml.stage;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;

/** Between columns and the expressions behind them, for which Spark 3.5 and Spark 4 have different names. */
final class ColumnExpressions {

    private static final MethodHandle TO_EXPRESSION;
    private static final MethodHandle TO_COLUMN;

    static {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodType toExpression = MethodType.methodType(Expression.class, Column.class);
        MethodType toColumn = MethodType.methodType(Column.class, Expression.class);
        try {
            if (isSpark3()) {
                TO_EXPRESSION = lookup.findVirtual(Column.class, "expr", MethodType.methodType(Expression.class));
                TO_COLUMN = lookup.findConstructor(Column.class, MethodType.methodType(void.class, Expression.class));
            } else {
                Class<?> utils = Class.forName("org.apache.spark.sql.classic.ExpressionUtils");
                TO_EXPRESSION = lookup.findStatic(utils, "expression", toExpression);
                TO_COLUMN = lookup.findStatic(utils, "column", toColumn);
            }
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private ColumnExpressions() {}

    private static boolean isSpark3() {
        return org.apache.spark.package$.MODULE$.SPARK_VERSION().startsWith("3.");
    }

    static Expression expression(Column column) {
        try {
            return (Expression) TO_EXPRESSION.invoke(column);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static Column column(Expression expression) {
        try {
            return (Column) TO_COLUMN.invoke(expression);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        return e instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException(
                        "Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION()
                                + " turned no column into an expression; allowed: Spark 3.5 and 4",
                        e);
    }
}
