package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A model's columns, computed with one pass of the model over each row.
 *
 * <p>The raw prediction is one column; others are made from it, so that Spark computes it once whichever of them are
 * asked for. {@link ScoringExpression}s work on Spark SQL's own values: columns that nobody reads are neither read nor
 * computed, and filters on other columns move below them.
 *
 * @param <S> the model's scorer
 */
final class ScoringColumns<S extends RowScorer> {

    static final String ERROR = "error";
    static final String KEEP = "keep";
    static final String SKIP = "skip";
    static final List<String> HANDLE_INVALID = List.of(ERROR, KEEP, SKIP);
    static final String REMEDY = "Set handleInvalid to keep or skip to go on with such rows.";

    private final List<ScoredColumn<S>> columns;

    /** @param columns those to append, in this order; each has a name */
    ScoringColumns(List<ScoredColumn<S>> columns) {
        this.columns = List.copyOf(columns);
    }

    /** The schema with the columns appended, as {@link #append} makes them. */
    StructType appendTo(StructType schema) {
        StructType out = schema;
        for (ScoredColumn<S> column : columns) {
            out = FeatureColumns.append(out, column.field());
        }
        return out;
    }

    /**
     * Appends the columns.
     *
     * @param margins base margins that raw predictions go on from, or null
     */
    Dataset<Row> append(Dataset<?> data, FittedFeatures features, @Nullable BaseMargins margins, S scorer) {
        Broadcast<S> broadcast = JavaSparkContext.fromSparkContext(
                        data.sparkSession().sparkContext())
                .broadcast(scorer);
        FittedFeatures.Input input = features.input(data.schema());
        RowValues values = input.values();
        Dataset<Row> rows = data.toDF();
        if (values.handleInvalid().equals(SKIP)) {
            rows = rows.filter(expression("is_scorable", input.column(), DataTypes.BooleanType, values::isScorable));
        }
        if (columns.isEmpty()) {
            return rows;
        }
        Column score = expression(
                "score",
                input.column(),
                SQLDataTypes.VectorType(),
                row -> VectorRows.dense(broadcast.value().rawPrediction(values.checked(row))));
        if (margins != null) {
            score = expression(
                    "add_base_margins",
                    functions.struct(score, margins.column(data.schema())),
                    SQLDataTypes.VectorType(),
                    pair -> VectorRows.dense(margins.added(row(pair), broadcast.value())));
        }
        String scored = unusedName(rows.schema());
        Column raw = functions.col(scored);
        List<Column> selected = new ArrayList<>(List.of(functions.col("*")));
        for (ScoredColumn<S> column : columns) {
            StructField field = column.field();
            Column made;
            if (column instanceof ScoredColumn.OfRaw<S> ofRaw) {
                ScoredColumn.RawFunction<S> function = ofRaw.function();
                made = expression(
                        field.name(),
                        raw,
                        field.dataType(),
                        scores -> value(function.apply(broadcast.value(), VectorRows.values(row(scores)))));
            } else if (column instanceof ScoredColumn.OfFeatures<S> ofFeatures) {
                ScoredColumn.FeatureFunction<S> function = ofFeatures.function();
                made = expression(
                        field.name(),
                        input.column(),
                        field.dataType(),
                        row -> VectorRows.dense(function.apply(broadcast.value(), values.checked(row))));
            } else {
                made = raw;
            }
            selected.add(made.as(field.name(), field.metadata()));
        }
        return rows.withColumn(scored, score)
                .select(selected.toArray(Column[]::new))
                .drop(scored);
    }

    /** A struct or vector that is never null, because this class computed it. */
    private static InternalRow row(@Nullable Object computed) {
        return (InternalRow) Objects.requireNonNull(computed);
    }

    private static Object value(Object computed) {
        return computed instanceof double[] vector ? VectorRows.dense(vector) : computed;
    }

    private static Column expression(String name, Column of, DataType type, ComputedColumns.ValueFunction function) {
        return ComputedColumns.of(name, of, type, type.equals(SQLDataTypes.VectorType()), function);
    }

    private String unusedName(StructType schema) {
        List<String> taken = new ArrayList<>(Arrays.asList(schema.fieldNames()));
        columns.forEach(column -> taken.add(column.field().name()));
        String name = "scored";
        for (int i = 0; isTaken(name, taken); i++) {
            name = "scored_" + i;
        }
        return name;
    }

    private static boolean isTaken(String name, List<String> taken) {
        return taken.stream().anyMatch(name::equalsIgnoreCase);
    }
}
