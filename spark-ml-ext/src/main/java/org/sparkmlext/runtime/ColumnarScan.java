package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.InputAdapter;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SQLExecutionRDD;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.data.NumberReader;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The part of a physical plan that gives its columns in batches, and how the plan's own columns are read from there. Found where
 * nothing but picking, renaming and casting of numbers lies between that part and the top, so that making rows can be left out:
 * cached tables and files that Spark reads by columns.
 *
 * <p>Spark's plans are internal to it: only what has one signature in all versions that the jar runs on is called, and what a
 * version lacks all the same leads to rows.
 */
final class ColumnarScan {

    private static final Logger LOG = LoggerFactory.getLogger(ColumnarScan.class);

    /** Of a session or of Spark: false for rows in any case. */
    static final String SETTING = "spark.sparkmlext.columnarScan";

    private final SparkPlan source;
    private final List<NumberReader> columns;

    private ColumnarScan(SparkPlan source, List<NumberReader> columns) {
        this.source = source;
        this.columns = columns;
    }

    /** A column of the plan's top on its way down to the source. */
    private record Wanted(ExprId id, @Nullable DataType cast) {}

    /**
     * Looks for such a part. Adaptive plans run their shuffles for it, which the plan's own execution then does not repeat.
     *
     * @return empty where rows have to be made
     * @throws IllegalArgumentException if {@link #SETTING} is neither true nor false
     */
    static Optional<ColumnarScan> of(SparkPlan plan) {
        try {
            if (!isWanted(plan.conf().getConfString(SETTING, "true"))) {
                return Optional.empty();
            }
            ColumnarScan found = find(plan);
            LOG.debug("The scan reads {}", found == null ? "rows" : "columns of " + found.source.nodeName());
            return Optional.ofNullable(found);
        } catch (LinkageError e) {
            LOG.debug("The scan reads rows: this version of Spark has other plans", e);
            return Optional.empty();
        }
    }

    private static boolean isWanted(String setting) {
        return switch (setting.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                        SETTING + " is '" + setting + "'; it must be true (the default) or false");
        };
    }

    private static @Nullable ColumnarScan find(SparkPlan plan) {
        SparkPlan node = unwrapped(plan);
        List<Wanted> wanted = new ArrayList<>();
        for (Attribute attribute : CollectionConverters.asJava(node.output())) {
            wanted.add(new Wanted(attribute.exprId(), null));
        }
        while (node instanceof ProjectExec project) {
            List<NamedExpression> projected = CollectionConverters.asJava(project.projectList());
            for (int i = 0; i < wanted.size(); i++) {
                Wanted below = below(wanted.get(i), projected);
                if (below == null) {
                    return null;
                }
                wanted.set(i, below);
            }
            node = unwrapped(project.child());
        }
        // Some sources give rows themselves, as cached tables do, the others get a node that makes them.
        SparkPlan source = node instanceof ColumnarToRowExec rows ? unwrapped(rows.child()) : node;
        List<NumberReader> columns = source.supportsColumnar() ? readers(wanted, source) : null;
        return columns == null ? null : new ColumnarScan(source, columns);
    }

    /** The node itself, below what only says how it is run. */
    private static SparkPlan unwrapped(SparkPlan plan) {
        SparkPlan node = plan;
        while (true) {
            if (node instanceof WholeStageCodegenExec stage) {
                node = stage.child();
            } else if (node instanceof InputAdapter adapter) {
                node = adapter.child();
            } else if (node instanceof AdaptiveSparkPlanExec adaptive) {
                node = adaptive.finalPhysicalPlan();
            } else if (node instanceof QueryStageExec stage) {
                node = stage.plan();
            } else {
                return node;
            }
        }
    }

    /** The column below a projection that a column above it is; null if it is more than a cast of one. */
    private static @Nullable Wanted below(Wanted wanted, List<NamedExpression> projected) {
        for (NamedExpression expression : projected) {
            if (expression.exprId().equals(wanted.id)) {
                Expression value = expression instanceof Alias alias ? alias.child() : (Expression) expression;
                DataType cast = wanted.cast;
                if (value instanceof Cast inner && cast == null) {
                    cast = inner.dataType();
                    value = inner.child();
                }
                return value instanceof Attribute attribute ? new Wanted(attribute.exprId(), cast) : null;
            }
        }
        return null;
    }

    /** A reader a column; null if one cannot be read. */
    private static @Nullable List<NumberReader> readers(List<Wanted> wanted, SparkPlan source) {
        List<Attribute> attributes = CollectionConverters.asJava(source.output());
        List<NumberReader> readers = new ArrayList<>();
        for (Wanted column : wanted) {
            for (int at = 0; at < attributes.size(); at++) {
                Attribute attribute = attributes.get(at);
                if (attribute.exprId().equals(column.id)) {
                    DataType type = attribute.dataType();
                    NumberReader.of(at, type, column.cast == null ? type : column.cast)
                            .ifPresent(readers::add);
                    break;
                }
            }
        }
        return readers.size() == wanted.size() ? readers : null;
    }

    /** One reader a column of the plan, in its order. */
    List<NumberReader> columns() {
        return columns;
    }

    /** The batches, partition by partition as the plan's rows. Each is valid until the next is taken. */
    @SuppressWarnings("unchecked")
    JavaRDD<ColumnarBatch> batches() {
        RDD<?> batches = source.executeColumnar();
        // Takes the session's settings to the executors, as that of rows does; what it passes on it does not look at.
        RDD<?> withSettings = new SQLExecutionRDD((RDD<InternalRow>) batches, source.conf());
        return ((RDD<ColumnarBatch>) withSettings).toJavaRDD();
    }
}
