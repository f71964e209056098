package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Spark's standard prediction columns of a classifier, computed with one pass of the model over each row.
 *
 * <p>The raw prediction is one column; probability and prediction are made from it. Closures hold the broadcast
 * {@link RowScorer} and plain values, never the stage.
 */
final class ScoringColumns {

    static final String ERROR = "error";
    static final String KEEP = "keep";
    static final String SKIP = "skip";
    static final List<String> HANDLE_INVALID = List.of(ERROR, KEEP, SKIP);
    static final String REMEDY = "Set handleInvalid to keep or skip to go on with such rows.";

    private ScoringColumns() {}

    /**
     * Names of the output columns; an empty one is left out.
     *
     * @param numClasses length of the vectors
     */
    record Names(String rawPrediction, String probability, String prediction, int numClasses) {

        /** The schema with the output columns appended, as {@link #append} makes them. */
        StructType appendTo(StructType schema) {
            StructType out = schema;
            for (StructField field : fields()) {
                // Spark finds columns whatever their case.
                if (Arrays.stream(out.fieldNames()).anyMatch(field.name()::equalsIgnoreCase)) {
                    throw new IllegalArgumentException(
                            "column '" + field.name() + "' exists already; rename or drop it, "
                                    + "or set rawPredictionCol, probabilityCol or predictionCol to another name");
                }
                out = out.add(field);
            }
            return out;
        }

        private List<StructField> fields() {
            List<StructField> fields = new ArrayList<>();
            if (!rawPrediction.isEmpty()) {
                fields.add(vectorField(rawPrediction));
            }
            if (!probability.isEmpty()) {
                fields.add(vectorField(probability));
            }
            if (!prediction.isEmpty()) {
                fields.add(NominalAttribute.defaultAttr()
                        .withName(prediction)
                        .withNumValues(numClasses)
                        .toStructField());
            }
            return fields;
        }

        private StructField vectorField(String name) {
            return new StructField(
                    name, SQLDataTypes.VectorType(), true, new AttributeGroup(name, numClasses).toMetadata());
        }
    }

    /** Appends the columns; {@code out} is the schema they are to have. */
    static Dataset<Row> append(
            Dataset<?> data,
            Names names,
            RowScorer scorer,
            RowValues values,
            boolean usesInputCols,
            double @Nullable [] thresholds) {
        List<StructField> fields = names.fields();
        Broadcast<RowScorer> broadcast = JavaSparkContext.fromSparkContext(
                        data.sparkSession().sparkContext())
                .broadcast(scorer);
        Column input = usesInputCols ? floats(data, values.featureNames()) : byName(values.column());
        Dataset<Row> rows = data.toDF();
        if (values.handleInvalid().equals(SKIP)) {
            rows = rows.filter(isScorable(values, usesInputCols).apply(input));
        }
        if (fields.isEmpty()) {
            return rows;
        }
        String scored = unusedName(rows.schema(), fields);
        Column raw = functions.col(scored);
        List<Column> selected = new ArrayList<>();
        selected.add(functions.col("*"));
        int f = 0;
        if (!names.rawPrediction().isEmpty()) {
            selected.add(named(raw, fields.get(f++)));
        }
        if (!names.probability().isEmpty()) {
            selected.add(named(probability(broadcast).apply(raw), fields.get(f++)));
        }
        if (!names.prediction().isEmpty()) {
            selected.add(named(prediction(broadcast, thresholds).apply(raw), fields.get(f)));
        }
        return rows.withColumn(scored, score(broadcast, values, usesInputCols).apply(input))
                .select(selected.toArray(Column[]::new))
                .drop(scored);
    }

    /** The columns as training reads them: doubles as they are, every other type by Spark's cast to float. */
    private static Column floats(Dataset<?> data, List<String> names) {
        Column[] columns = names.stream().map(ScoringColumns::byName).toArray(Column[]::new);
        StructField[] fields = data.select(columns).schema().fields();
        for (int c = 0; c < columns.length; c++) {
            if (!fields[c].dataType().equals(DataTypes.DoubleType)) {
                columns[c] = columns[c].cast(DataTypes.FloatType);
            }
        }
        return functions.struct(columns);
    }

    /** A column by its very name, dots and all. */
    static Column byName(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    private static Column named(Column column, StructField field) {
        return column.as(field.name(), field.metadata());
    }

    private static String unusedName(StructType schema, List<StructField> added) {
        List<String> taken = new ArrayList<>(Arrays.asList(schema.fieldNames()));
        added.forEach(field -> taken.add(field.name()));
        String name = "scored";
        for (int i = 0; isTaken(name, taken); i++) {
            name = "scored_" + i;
        }
        return name;
    }

    private static boolean isTaken(String name, List<String> taken) {
        return taken.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static UserDefinedFunction isScorable(RowValues values, boolean usesInputCols) {
        return usesInputCols
                ? functions.udf((UDF1<Row, Boolean>) values::isScorable, DataTypes.BooleanType)
                : functions.udf((UDF1<Vector, Boolean>) values::isScorable, DataTypes.BooleanType);
    }

    private static UserDefinedFunction score(Broadcast<RowScorer> scorer, RowValues values, boolean usesInputCols) {
        UserDefinedFunction function = usesInputCols
                ? functions.udf(
                        (UDF1<Row, Vector>)
                                row -> new DenseVector(scorer.value().rawPrediction(values.checked(row))),
                        SQLDataTypes.VectorType())
                : functions.udf(
                        (UDF1<Vector, Vector>)
                                vector -> new DenseVector(scorer.value().rawPrediction(values.checked(vector))),
                        SQLDataTypes.VectorType());
        return function.withName("score");
    }

    private static UserDefinedFunction probability(Broadcast<RowScorer> scorer) {
        return functions
                .udf(
                        (UDF1<Vector, Vector>)
                                raw -> new DenseVector(scorer.value().probability(raw.toArray())),
                        SQLDataTypes.VectorType())
                .withName("probability");
    }

    private static UserDefinedFunction prediction(Broadcast<RowScorer> scorer, double @Nullable [] thresholds) {
        return functions
                .udf(
                        (UDF1<Vector, Double>) raw -> scorer.value().prediction(raw.toArray(), thresholds),
                        DataTypes.DoubleType)
                .withName("prediction")
                .asNonNullable();
    }
}
