package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;

/** Makes a command of each statement. */
final class ModelStatements {
    private static final StructType MODELS = new StructType()
            .add("model", DataTypes.StringType)
            .add("version", DataTypes.IntegerType)
            .add("algorithm", DataTypes.StringType)
            .add("label", DataTypes.StringType)
            .add("created", DataTypes.StringType);

    private final SparkSession session;

    ModelStatements(SparkSession session) {
        this.session = session;
    }

    /**
     * The command of a statement.
     *
     * @param queries parses the query that begins at a place
     * @throws BadInputException if the model of EXPLAIN MODEL cannot be found, on which the columns of the result depend
     */
    ModelCommand command(ModelStatement statement, IntFunction<LogicalPlan> queries) {
        if (statement instanceof ModelStatement.Create create) {
            return ModelCommand.of(
                    "CreateModel", CreateModel.SCHEMA, List.of(queries.apply(create.query())), new CreateModel(create));
        } else if (statement instanceof ModelStatement.Evaluate evaluate) {
            return ModelCommand.of(
                    "EvaluateModel",
                    EvaluateModel.SCHEMA,
                    List.of(queries.apply(evaluate.query())),
                    new EvaluateModel(evaluate.name()));
        } else if (statement instanceof ModelStatement.Describe describe) {
            DescribeModel action = new DescribeModel(describe.name(), describe.extended());
            return ModelCommand.of("DescribeModel", DescribeModel.SCHEMA, List.of(), (in, none) -> action.run(in));
        } else if (statement instanceof ModelStatement.Explain explain) {
            ExplainModel action = ExplainModel.of(explain.name(), session);
            return ModelCommand.of("ExplainModel", action.schema(), List.of(), (in, none) -> action.run(in));
        } else if (statement instanceof ModelStatement.Drop drop) {
            return ModelCommand.of("DropModel", new StructType(), List.of(), (in, none) -> drop(drop, in));
        } else if (statement instanceof ModelStatement.Show show) {
            return ModelCommand.of("ShowModels", MODELS, List.of(), (in, none) -> show(show.pattern(), in));
        }
        throw new IllegalStateException("no command for " + statement);
    }

    private static List<Row> drop(ModelStatement.Drop drop, SparkSession session) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        if (!warehouse.drop(warehouse.name(drop.name())) && !drop.ifExists()) {
            throw warehouse.unknown(drop.name());
        }
        return List.of();
    }

    /** A damaged model is listed too, as one: it is to be dropped or restored. */
    private static List<Row> show(@Nullable String pattern, SparkSession session) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        Pattern wanted = pattern == null ? null : Pattern.compile(regexOf(pattern), Pattern.CASE_INSENSITIVE);
        List<Row> rows = new ArrayList<>();
        for (String name : warehouse.names()) {
            if (wanted == null || wanted.matcher(name).matches()) {
                rows.add(line(warehouse, name));
            }
        }
        return rows;
    }

    private static Row line(ModelWarehouse warehouse, String name) {
        try {
            ModelFacts facts = warehouse.find(name).facts();
            return RowFactory.create(name, facts.version(), facts.algorithm(), facts.label(), facts.created());
        } catch (BadInputException damaged) {
            return RowFactory.create(name, null, "cannot be read: see DESCRIBE MODEL " + name, null, null);
        }
    }

    /** Spark's patterns of SHOW: {@code *} is anything, {@code |} is or. */
    private static String regexOf(String pattern) {
        return Arrays.stream(pattern.strip().split("\\|", -1))
                .map(part ->
                        Arrays.stream(part.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")))
                .collect(Collectors.joining("|"));
    }
}
