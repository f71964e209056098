package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.evaluation.Evaluation;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.training.ModelDirectory;

/** Measures the newest version of a model on the labelled rows of a query. */
final class EvaluateModel implements ModelCommand.Action {
    /** A figure that is not defined, such as AUC with one class, is null. */
    static final StructType SCHEMA =
            new StructType().add("metric", DataTypes.StringType).add("value", DataTypes.DoubleType);

    private final String name;

    EvaluateModel(String name) {
        this.name = name;
    }

    @Override
    public List<Row> run(SparkSession session, List<LogicalPlan> queries) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        Stored stored = warehouse.find(warehouse.name(name).text());
        Dataset<Row> rows = QueryRows.of(session, queries.get(0));
        String source = "the query that evaluates model '" + stored.facts().name() + "'";
        QueryColumns.requireFit(stored.facts(), rows.schema(), source);
        ModelDirectory.Loaded loaded = new ModelDirectory(session).load(stored.path());
        TableLayout layout = loaded.layout();
        if (layout == null) {
            throw new BadInputException("model '" + stored.facts().name() + "' cannot be evaluated: " + stored.path()
                    + " lacks _table.json, which says what its columns are; drop the model and create it again, or"
                    + " restore its directory");
        }
        Dataset<Row> labelled = new TableReader(session, SqlNames.NAMES).ofRows(rows, source, layout, true);
        List<Row> figures = new ArrayList<>();
        Evaluation.of(loaded.model(), labelled, layout, null)
                .figures()
                .forEach((metric, value) -> figures.add(RowFactory.create(metric, value.isNaN() ? null : value)));
        return figures;
    }
}
