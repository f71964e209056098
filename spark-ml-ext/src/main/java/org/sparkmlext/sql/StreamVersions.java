package org.sparkmlext.sql;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.ml.input.FailureText;

/**
 * The versions of models that a running stream asks: in each micro-batch one of each model, the newest that was there as the batch was
 * planned. Where that one cannot answer the query's calls, or there is none any more, the version of the last batch goes on.
 */
final class StreamVersions {
    private static final Logger LOG = LoggerFactory.getLogger(StreamVersions.class);

    /** A stream plans its batches in a thread of its own, with which this ends. */
    private static final ThreadLocal<StreamVersions> OF_THREAD = ThreadLocal.withInitial(StreamVersions::new);

    /** Leaves of streams before a batch's rows are put in their places; their packages differ between versions of Spark. */
    private static final Set<String> WITHOUT_ROWS =
            Set.of("StreamingRelation", "StreamingRelationV2", "StreamingExecutionRelation");

    private final Map<String, NamedModel> serving = new HashMap<>();
    private final Map<String, String> warned = new HashMap<>();

    private StreamVersions() {}

    static StreamVersions ofThisThread() {
        return OF_THREAD.get();
    }

    /** Whether a plan on streams has the rows of a batch. */
    static boolean isOfBatch(LogicalPlan plan) {
        return Catalyst.list(plan.collectLeaves()).stream()
                .noneMatch(leaf -> WITHOUT_ROWS.contains(leaf.getClass().getSimpleName()));
    }

    /** The plan of a batch with all calls of a model asked of the version that the batch takes. */
    LogicalPlan renewed(LogicalPlan plan) {
        Map<String, List<ModelCall>> calls = new LinkedHashMap<>();
        for (ModelCall call : Calls.all(plan)) {
            calls.computeIfAbsent(key(call), unseen -> new ArrayList<>()).add(call);
        }
        calls.forEach(this::choose);
        return calls.isEmpty() ? plan : renewedNodes(plan);
    }

    private LogicalPlan renewedNodes(LogicalPlan plan) {
        LogicalPlan below = (LogicalPlan) plan.mapChildren(this::renewedNodes);
        return (LogicalPlan) below.mapExpressions(this::renewed);
    }

    private Expression renewed(Expression expression) {
        Expression below = (Expression) expression.mapChildren(this::renewed);
        if (!(below instanceof ModelCall call)) {
            return below;
        }
        NamedModel chosen = serving.get(key(call));
        return chosen == null ? call : call.to(chosen);
    }

    /** Names have no case, paths have. */
    private static String key(ModelCall call) {
        String source = call.named().source();
        return source.contains(Path.SEPARATOR) ? source : source.toLowerCase(Locale.ROOT);
    }

    private void choose(String key, List<ModelCall> calls) {
        NamedModel last = serving.get(key);
        NamedModel newest = null;
        try {
            newest = NamedModel.newest(
                    SparkSession.active(), calls.get(0).named().source());
            if (last == null || newest.model() != last.model()) {
                for (ModelCall call : calls) {
                    ScoredColumns.requirePlan(call.to(newest));
                }
                take(key, newest, last);
            }
            warned.remove(key);
        } catch (Exception unfit) {
            raiseIfStopped(unfit);
            // Whatever is wrong with a version, a stream that has one goes on.
            keep(key, newest, last == null ? calls.get(0).named() : last, unfit);
        }
    }

    /** A stream that is stopped is told so by an interruption, wherever it is. */
    private static void raiseIfStopped(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException
                    || cause instanceof InterruptedIOException
                    || cause instanceof ClosedByInterruptException) {
                throw Sneaky.raise(cause);
            }
        }
    }

    private void take(String key, NamedModel newest, @Nullable NamedModel last) {
        serving.put(key, newest);
        LOG.info(
                "from {} on: model '{}' is {}{}",
                batch(),
                newest.source(),
                newest.version(),
                last == null ? "" : ", before " + last.version());
    }

    private void keep(String key, @Nullable NamedModel newest, NamedModel kept, Exception reason) {
        String fault = (newest == null ? "" : newest.version() + " does not fit the query: ") + FailureText.of(reason);
        if (!fault.equals(warned.put(key, fault))) {
            LOG.warn(
                    "from {} on: model '{}' stays {}: {}. Make a version that reads the same columns and gives the"
                            + " same type of answer, or start the query anew",
                    batch(),
                    kept.source(),
                    kept.version(),
                    fault);
        }
    }

    private static String batch() {
        SparkContext context = SparkSession.active().sparkContext();
        String stream = "stream " + context.getLocalProperty("sql.streaming.queryId");
        String number = context.getLocalProperty("streaming.sql.batchId");
        // Continuous processing is planned once, and has no batches.
        return number == null ? stream : "batch " + number + " of " + stream;
    }
}
