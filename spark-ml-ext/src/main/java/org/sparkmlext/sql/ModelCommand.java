package org.sparkmlext.sql;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.AnalysisContext;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.plans.logical.AnalysisOnlyCommand;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.execution.command.RunnableCommand;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Enumeration;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A statement on models as a plan of Spark, which runs as soon as the statement is given, like other commands. Spark analyzes its query
 * with it, parameters and all.
 */
public final class ModelCommand extends LogicalPlan implements RunnableCommand, AnalysisOnlyCommand {
    private static final long serialVersionUID = 1L;

    private final String title;
    private final Seq<Attribute> columns;
    private final Seq<LogicalPlan> queries;
    private final boolean isAnalyzed;
    private final transient Action action;

    // Set by Command's initializer.
    @SuppressWarnings("NullAway.Init")
    private Seq<Enumeration.Value> patterns;

    /** What a statement does. */
    @FunctionalInterface
    public interface Action {
        /**
         * Does it.
         *
         * @param queries the analyzed query that the statement reads, or none
         * @return the rows of its result, in the schema that the command has
         */
        List<Row> run(SparkSession session, List<LogicalPlan> queries);
    }

    /** For Spark too, which copies a plan by giving its constructor what {@link #productElement} gave. */
    public ModelCommand(
            String title, Seq<Attribute> columns, Seq<LogicalPlan> queries, boolean isAnalyzed, Action action) {
        this.title = title;
        this.columns = columns;
        this.queries = queries;
        this.isAnalyzed = isAnalyzed;
        this.action = action;
        Command.$init$(this);
    }

    /**
     * A command.
     *
     * @param title of the statement in a plan that is shown
     * @param queries the query that it reads, or none
     */
    static ModelCommand of(String title, StructType schema, List<LogicalPlan> queries, Action action) {
        return new ModelCommand(title, attributes(schema), Catalyst.seq(queries), false, action);
    }

    @SuppressWarnings("unchecked")
    private static Seq<Attribute> attributes(StructType schema) {
        return (Seq<Attribute>) (Seq<?>) DataTypeUtils.toAttributes(schema);
    }

    @Override
    public Seq<Row> run(SparkSession session) {
        return CollectionConverters.asScala(action.run(session, Catalyst.list(queries)))
                .toList();
    }

    @Override
    public Seq<Attribute> output() {
        return columns;
    }

    @Override
    public boolean isAnalyzed() {
        return isAnalyzed;
    }

    @Override
    public Seq<LogicalPlan> childrenToAnalyze() {
        return queries;
    }

    @Override
    public LogicalPlan markAsAnalyzed(AnalysisContext context) {
        return new ModelCommand(title, columns, queries, true, action);
    }

    @Override
    public Seq<LogicalPlan> children() {
        return isAnalyzed ? Catalyst.seq(List.of()) : queries;
    }

    /** The columns of the result are of no query. */
    @Override
    public AttributeSet producedAttributes() {
        return outputSet();
    }

    /** Raw, as Spark's own parents declare it differently. */
    @Override
    @SuppressWarnings("rawtypes")
    public Seq innerChildren() {
        return isAnalyzed ? queries : Catalyst.seq(List.of());
    }

    @Override
    public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> children) {
        return new ModelCommand(title, columns, children.toList(), isAnalyzed, action);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Map<String, SQLMetric> metrics() {
        return (Map<String, SQLMetric>) (Map<?, ?>) Map$.MODULE$.empty();
    }

    @Override
    public Seq<Enumeration.Value> nodePatterns() {
        return patterns;
    }

    @Override
    public void org$apache$spark$sql$catalyst$plans$logical$Command$_setter_$nodePatterns_$eq(
            Seq<Enumeration.Value> value) {
        patterns = value;
    }

    @Override
    public String nodeName() {
        return title;
    }

    @Override
    public String simpleString(int maxFields) {
        return title;
    }

    @Override
    public int productArity() {
        return 5;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> title;
            case 1 -> columns;
            case 2 -> queries;
            case 3 -> isAnalyzed;
            case 4 -> action;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object that) {
        return that instanceof ModelCommand;
    }

    @Override
    public boolean equals(@Nullable Object that) {
        return that instanceof ModelCommand other
                && other.action == action
                && other.isAnalyzed == isAnalyzed
                && other.queries.equals(queries)
                && other.columns.equals(columns);
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(action);
    }
}
