package org.sparkmlext.sql;

import java.util.List;
import org.apache.spark.QueryContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.Metadata;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Spark's query trees with Java's lists, and by those constructors only that Spark 3.5 and 4 have in common. */
final class Catalyst {

    private Catalyst() {}

    static <T> Seq<T> seq(List<? extends T> values) {
        return CollectionConverters.asScala(List.<T>copyOf(values)).toList();
    }

    static <T> List<T> list(scala.collection.Seq<? extends T> values) {
        return List.copyOf(CollectionConverters.asJava(values));
    }

    /** An alias with an id of its choice. */
    static Alias alias(Expression child, String name, ExprId id) {
        return new Alias(child, name, id, seq(List.of()), Option.empty(), seq(List.of()));
    }

    /** An expression under the name, id, qualifier and metadata of an attribute, which it stands for from here on. */
    static Alias instead(Expression child, Attribute attribute) {
        Option<Metadata> metadata = Option.apply(attribute.metadata());
        return new Alias(child, attribute.name(), attribute.exprId(), attribute.qualifier(), metadata, seq(List.of()));
    }

    static Project project(List<? extends NamedExpression> columns, LogicalPlan child) {
        return new Project(seq(columns), child);
    }

    static List<Attribute> output(LogicalPlan plan) {
        return list(plan.output());
    }

    /**
     * Throws an error of a query, as Spark's own are.
     *
     * @return nothing, so that callers can say {@code throw}
     */
    static RuntimeException fail(String message, @Nullable Throwable cause) {
        throw Sneaky.raise(new AnalysisException(
                message,
                Option.empty(),
                Option.empty(),
                Option.apply(cause),
                Option.empty(),
                Map$.MODULE$.empty(),
                new QueryContext[0]));
    }
}
