package org.sparkmlext.sql;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_arrays;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableReader;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The analyzed plan of a model's {@code transform} over an empty table, whose place a query's own plan takes. Made once for columns of
 * the same types, it holds what a transform broadcasts, and queries that are analyzed anew broadcast nothing anew.
 *
 * @param plan columns that are carried along, then the label, then the probabilities if wanted
 * @param table the empty table: the model's inputs, then what is carried along but for inputs
 * @param key what it was made for
 */
record ScoringPlan(LogicalPlan plan, LocalRelation table, Key key) {
    private static final String CARRIED = "_carried_";

    /**
     * What a plan depends on beside the model.
     *
     * @param inputs the columns that the model reads
     * @param carried types of the columns that are carried along
     * @param places of each of these the number of the input that it is, or -1
     * @param wantsProbability whether probabilities are asked for
     * @param settings of the session: casts and time zones are fixed when a query is analyzed
     */
    record Key(
            List<StructField> inputs,
            List<DataType> carried,
            List<Integer> places,
            boolean wantsProbability,
            Map<String, String> settings) {

        Key {
            inputs = List.copyOf(inputs);
            carried = List.copyOf(carried);
            places = List.copyOf(places);
        }

        static Map<String, String> sessionSettings() {
            return Map.copyOf(CollectionConverters.asJava(SQLConf.get().getAllConfs()));
        }
    }

    /**
     * A plan with a model's columns.
     *
     * @param carried the columns that were there, with their ids
     * @param answers the label and, where asked for, the probabilities
     */
    record Scored(LogicalPlan plan, List<Attribute> carried, List<Attribute> answers) {}

    /**
     * Makes the plan of a model.
     *
     * @throws BadInputException if the model's stages refuse the columns
     */
    static ScoringPlan of(ServedModel model, SparkSession session, Key key) {
        StructType schema = new StructType(key.inputs().toArray(StructField[]::new));
        for (int c = 0; c < key.carried().size(); c++) {
            if (key.places().get(c) < 0) {
                schema = schema.add(CARRIED + c, key.carried().get(c), true);
            }
        }
        Dataset<Row> table = session.createDataFrame(List.of(), schema);
        Dataset<Row> scored = model.scoring(key.wantsProbability()).transform(prepared(table, model));
        List<Column> columns = new ArrayList<>();
        for (int c = 0; c < key.carried().size(); c++) {
            int place = key.places().get(c);
            columns.add(FeatureColumns.byName(
                    place < 0 ? CARRIED + c : key.inputs().get(place).name()));
        }
        columns.add(label(model));
        if (key.wantsProbability()) {
            columns.add(probability(model));
        }
        LogicalPlan plan =
                scored.select(columns.toArray(Column[]::new)).queryExecution().analyzed();
        List<LogicalPlan> leaves = Catalyst.list(plan.collectLeaves());
        if (leaves.size() != 1 || !(leaves.get(0) instanceof LocalRelation empty)) {
            throw new BadInputException(
                    "a stage reads tables of its own, or the rows twice; allowed are stages that append columns");
        }
        return new ScoringPlan(plan, empty, key);
    }

    /** The inputs as the model was trained on them. */
    private static Dataset<Row> prepared(Dataset<Row> table, ServedModel model) {
        Dataset<Row> rows = table;
        for (ModelInput input : model.inputs()) {
            DataType type = rows.schema().apply(input.name()).dataType();
            Column column = FeatureColumns.byName(input.name());
            if (type instanceof NullType && input.kind() == ModelInput.Kind.NUMBER) {
                rows = rows.withColumn(input.name(), column.cast(DataTypes.DoubleType));
            } else if (type instanceof ArrayType && input.kind() == ModelInput.Kind.VECTOR) {
                Column doubles = column.cast(DataTypes.createArrayType(DataTypes.DoubleType));
                rows = rows.withColumn(
                        input.name(),
                        when(
                                column.isNotNull(),
                                functions.array_to_vector(
                                        transform(doubles, entry -> coalesce(entry, lit(Double.NaN))))));
            }
        }
        TableLayout layout = model.layout();
        return layout == null ? rows : TableReader.toScore(rows, "the query", layout);
    }

    /** Not a number is how stages say that a row could not be scored. */
    private static Column whereScored(Column value) {
        Column prediction = FeatureColumns.byName(ModelStages.PREDICTION);
        return when(prediction.isNotNull().and(not(isnan(prediction))), value);
    }

    private static Column label(ServedModel model) {
        if (model.numOutputs() > 1) {
            return whereScored(functions.vector_to_array(FeatureColumns.byName(ModelStages.VALUES), "float64"))
                    .as("label");
        }
        Column prediction = FeatureColumns.byName(ModelStages.PREDICTION);
        if (model.labels().isEmpty()) {
            return whereScored(prediction).as("label");
        }
        return whereScored(get(texts(model.labels()), prediction.cast(DataTypes.IntegerType)))
                .as("label");
    }

    private static Column probability(ServedModel model) {
        Column probabilities = functions.vector_to_array(FeatureColumns.byName(ModelStages.PROBABILITY), "float64");
        return whereScored(map_from_arrays(texts(model.classNames()), probabilities))
                .as("probability");
    }

    private static Column texts(List<String> texts) {
        return array(texts.stream().map(text -> lit(text)).toArray(Column[]::new));
    }

    /**
     * The model over the rows of a query.
     *
     * @param child the rows
     * @param inputs the model's inputs, of {@code child}
     * @param carried the columns of {@code child} to carry along
     */
    Scored over(LogicalPlan child, List<Expression> inputs, List<Attribute> carried) {
        PlanCopy copy = new PlanCopy();
        List<NamedExpression> columns = new ArrayList<>();
        List<Attribute> places = Catalyst.output(table);
        for (int i = 0; i < inputs.size(); i++) {
            columns.add(Catalyst.instead(inputs.get(i), copy.attribute(places.get(i))));
        }
        int next = inputs.size();
        for (int c = 0; c < carried.size(); c++) {
            if (key.places().get(c) < 0) {
                columns.add(Catalyst.instead(carried.get(c), copy.attribute(places.get(next++))));
            }
        }
        LogicalPlan scored = copy.of(plan, table, Catalyst.project(columns, child));
        List<Attribute> made = Catalyst.output(scored);
        List<NamedExpression> restored = new ArrayList<>();
        for (int c = 0; c < carried.size(); c++) {
            restored.add(Catalyst.instead(made.get(c), carried.get(c)));
        }
        List<Attribute> answers = List.copyOf(made.subList(carried.size(), made.size()));
        answers.forEach(answer -> restored.add((NamedExpression) answer));
        return new Scored(Catalyst.project(restored, scored), carried, answers);
    }
}
