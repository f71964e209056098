package org.sparkmlext.sql;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.ml.training.Training;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/** Trains a model on the rows of a query, and makes it a version in the warehouse. */
final class CreateModel implements ModelCommand.Action {
    /** {@code rows} are those trained on; metrics are those of the last round, null where it measured none. */
    static final StructType SCHEMA = new StructType()
            .add("model", DataTypes.StringType)
            .add("version", DataTypes.IntegerType)
            .add("algorithm", DataTypes.StringType)
            .add("rows", DataTypes.LongType)
            .add("seconds", DataTypes.DoubleType)
            .add("metric", DataTypes.StringType)
            .add("train", DataTypes.DoubleType)
            .add("validation", DataTypes.DoubleType);

    private static final String TRAIN = "train-";
    private static final String VALIDATION = "validation-";

    private final ModelStatement.Create statement;

    CreateModel(ModelStatement.Create statement) {
        this.statement = statement;
    }

    @Override
    public List<Row> run(SparkSession session, List<LogicalPlan> queries) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        ModelName name = warehouse.name(statement.name());
        if (!statement.replace() && warehouse.exists(name)) {
            if (statement.ifNotExists()) {
                return List.of();
            }
            throw ModelWarehouse.exists(name.text());
        }
        Dataset<Row> rows = QueryRows.of(session, queries.get(0));
        if (statement.replace()) {
            return List.of(train(session, warehouse, name, rows));
        }
        try (Reservation reserved = warehouse.reserve(name)) {
            return List.of(train(session, warehouse, name, rows));
        }
    }

    private Row train(SparkSession session, ModelWarehouse warehouse, ModelName name, Dataset<Row> rows) {
        long startedAt = System.nanoTime();
        Algorithm algorithm = SqlNames.NAMES.algorithmOf(statement.algorithm());
        CreateOptions options = CreateOptions.of(statement.options(), algorithm);
        LastRound lastRound = new LastRound();
        Training training = Training.of(algorithm, options.settings(), lastRound, SqlNames.NAMES);
        String source = "the query of model '" + name.text() + "'";
        requireDistinctNames(rows, source);
        Table table = new TableReader(session, SqlNames.NAMES)
                .ofRows(rows, source, options.table(), training.use(options.table()));
        Transformer model = training.fit(table, source, null, options.validationFraction());
        ModelFacts facts = new ModelFacts(
                ModelFacts.FORMAT_VERSION,
                name.text(),
                0,
                SqlNames.NAMES.algorithm(algorithm),
                ModelFacts.columns(table.layout(), rows.schema()),
                table.layout().targets().isEmpty() ? table.layout().label() : null,
                ModelFacts.classes(table.layout()),
                statement.queryText(),
                statement.options(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Stored stored = warehouse.save((MLWritable) model, table.layout(), facts, statement.replace());
        return result(stored, lastRound.report, (System.nanoTime() - startedAt) / 1e9);
    }

    /** A model knows its columns by name. */
    private static void requireDistinctNames(Dataset<Row> rows, String source) {
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        List<String> twice = Arrays.stream(rows.columns())
                .filter(column -> !seen.add(column))
                .toList();
        if (!twice.isEmpty()) {
            throw new BadInputException(source + " has columns of the same name: "
                    + twice.stream().distinct().collect(Collectors.joining(", "))
                    + "; give each a name of its own with AS, or leave one out");
        }
    }

    private static Row result(Stored stored, @Nullable RoundReport last, double seconds) {
        Map<String, Double> metrics = last == null ? Map.of() : last.metrics();
        String metric = metrics.keySet().stream()
                .filter(name -> name.startsWith(VALIDATION))
                .findFirst()
                .or(() -> metrics.keySet().stream()
                        .filter(name -> name.startsWith(TRAIN))
                        .findFirst())
                .map(name -> name.substring(name.indexOf('-') + 1))
                .orElse(null);
        return RowFactory.create(
                stored.facts().name(),
                stored.facts().version(),
                stored.facts().algorithm(),
                last == null ? null : last.rows(),
                Math.round(seconds * 1000) / 1000.0,
                metric,
                metrics.get(TRAIN + metric),
                metrics.get(VALIDATION + metric));
    }

    /** Keeps the last round's report. */
    private static final class LastRound implements TrainingListener {
        private volatile @Nullable RoundReport report;

        @Override
        public void roundFinished(RoundReport finished) {
            report = finished;
        }
    }
}
