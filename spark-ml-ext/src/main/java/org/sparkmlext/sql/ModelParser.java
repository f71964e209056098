package org.sparkmlext.sql;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.jspecify.annotations.Nullable;

/**
 * A parser that knows the statements on models and leaves everything else to Spark's. It is a proxy, as the interface grows from version
 * to version: every method that parses a plan from a text is looked at, whatever else it takes.
 */
final class ModelParser implements InvocationHandler {
    private final SparkSession session;
    private final ParserInterface spark;

    private ModelParser(SparkSession session, ParserInterface spark) {
        this.session = session;
        this.spark = spark;
    }

    static ParserInterface of(SparkSession session, ParserInterface spark) {
        return (ParserInterface) Proxy.newProxyInstance(
                ModelParser.class.getClassLoader(),
                new Class<?>[] {ParserInterface.class},
                new ModelParser(session, spark));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().startsWith("parsePlan")
                && arguments != null
                && arguments.length > 0
                && arguments[0] instanceof String sql) {
            Optional<ModelStatement> statement = StatementReader.read(sql, this::literal);
            if (statement.isPresent()) {
                return new ModelStatements(session)
                        .command(statement.get(), from -> query(method, arguments, sql, from));
            }
        }
        return ofSpark(method, arguments);
    }

    /** The query that begins at a place. What stands before it becomes blanks, so that errors name places of the whole statement. */
    private LogicalPlan query(Method method, Object[] arguments, String sql, int from) {
        Object[] changed = arguments.clone();
        changed[0] = sql.substring(0, from).replaceAll("[^\\r\\n]", " ") + sql.substring(from);
        try {
            return (LogicalPlan) Objects.requireNonNull(ofSpark(method, changed));
        } catch (Throwable failed) {
            throw Sneaky.raise(failed);
        }
    }

    /** The value of a string literal by Spark's own rules. */
    private String literal(String text) {
        try {
            return String.valueOf(((Literal) spark.parseExpression(text)).value());
        } catch (ParseException failed) {
            throw Sneaky.raise(failed);
        }
    }

    private @Nullable Object ofSpark(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(spark, arguments);
        } catch (InvocationTargetException failed) {
            throw failed.getCause() == null ? failed : failed.getCause();
        }
    }
}
