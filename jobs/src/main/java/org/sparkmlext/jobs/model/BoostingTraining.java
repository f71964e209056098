package org.sparkmlext.jobs.model;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.BadInputException;
import org.sparkmlext.jobs.table.Table;
import org.sparkmlext.jobs.table.TableLayout;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.training.TrainingListener;

/**
 * Fits a boosted-trees classifier or regressor on a table. String columns are indexed by a stage of the pipeline (most frequent value
 * first, missing and unseen values get an index of their own); a table of numbers gives the plain model.
 */
public final class BoostingTraining {
    private static final String VALIDATION = "_validation";
    private static final int SPLIT_PARTS = 1_000_000;
    /** Keeps the hash that splits off validation rows apart from other uses of the same hash. */
    private static final long SPLIT_SALT = 0x5eedL;

    private final Algorithm algorithm;
    private final Estimator<?> estimator;

    /**
     * @param algorithm what is trained
     * @param settings Params of the estimator by name, checked at once
     * @param listener hears of every round
     * @throws BadInputException on an unknown Param or a value it does not allow
     */
    public BoostingTraining(Algorithm algorithm, Map<String, String> settings, TrainingListener listener) {
        this.algorithm = algorithm;
        estimator = switch (algorithm) {
            case CLASSIFIER -> new BoostedTreesClassifier().addListener(listener);
            case REGRESSOR -> new BoostedTreesRegressor().addListener(listener);
        };
        StageSettings.apply(estimator, settings);
    }

    /** What is trained. */
    public Algorithm algorithm() {
        return algorithm;
    }

    /**
     * Splits rows by a hash of their content: the same rows always fall on the same side, whatever their order.
     *
     * @param share of rows in the second part, in (0, 1)
     * @return the larger part and the split-off part
     */
    public static List<Dataset<Row>> split(Dataset<Row> rows, double share, long salt) {
        Column part = pmod(xxhash64(withSalt(rows, salt)), lit(SPLIT_PARTS));
        Column isSplitOff = part.lt(lit((int) Math.round(share * SPLIT_PARTS)));
        return List.of(rows.where(org.apache.spark.sql.functions.not(isSplitOff)), rows.where(isSplitOff));
    }

    private static Column[] withSalt(Dataset<Row> rows, long salt) {
        List<Column> columns = new ArrayList<>(List.of(lit(salt)));
        // Vectors have no hash in SQL, their text has.
        Arrays.stream(rows.schema().fields())
                .map(field ->
                        rows.col("`" + field.name().replace("`", "``") + "`").cast("string"))
                .forEach(columns::add);
        return columns.toArray(new Column[0]);
    }

    /**
     * @param validation rows for validation metrics and early stopping, or null
     * @param validationFraction share of the table to hold out for that instead; 0 = none
     */
    public Transformer fit(Table table, @Nullable Dataset<Row> validation, double validationFraction) {
        TableLayout layout = table.layout();
        Dataset<Row> train = table.rows();
        Dataset<Row> held = validation;
        if (held == null && validationFraction > 0) {
            List<Dataset<Row>> parts = split(train, validationFraction, SPLIT_SALT);
            train = parts.get(0);
            held = parts.get(1);
        }
        List<PipelineStage> stages = new ArrayList<>();
        List<String> inputs = new ArrayList<>(layout.features());
        if (!layout.stringFeatures().isEmpty()) {
            stages.add(indexer(layout, inputs).fit(train));
        }
        setColumns(layout, inputs, held != null);
        stages.add(estimator);
        Dataset<Row> rows = held == null ? train : marked(train, false, layout).union(marked(held, true, layout));
        // Indexers are fitted already, on training rows only; a fitted stage passes a pipeline unchanged.
        return stages.size() == 1
                ? (Transformer) estimator.fit(rows)
                : new Pipeline().setStages(stages.toArray(new PipelineStage[0])).fit(rows);
    }

    /** An indexer of the string columns; puts its output columns in place of them. */
    private static StringIndexer indexer(TableLayout layout, List<String> inputs) {
        Set<String> taken = new LinkedHashSet<>(layout.features());
        taken.add(layout.label());
        List<String> indexed = new ArrayList<>();
        for (String name : layout.stringFeatures()) {
            String output = name + "_index";
            while (!taken.add(output)) {
                output += "_";
            }
            indexed.add(output);
            inputs.set(inputs.indexOf(name), output);
        }
        return new StringIndexer()
                .setInputCols(layout.stringFeatures().toArray(new String[0]))
                .setOutputCols(indexed.toArray(new String[0]))
                .setHandleInvalid("keep");
    }

    private void setColumns(TableLayout layout, List<String> inputs, boolean hasValidation) {
        set("labelCol", layout.label());
        if (layout.vector() != null) {
            set("featuresCol", layout.vector());
        } else {
            set("inputCols", inputs.toArray(new String[0]));
        }
        if (layout.weight() != null) {
            set("weightCol", layout.weight());
        }
        if (hasValidation) {
            set("validationIndicatorCol", VALIDATION);
        }
    }

    private String baseMarginCol() {
        Params stage = estimator;
        return String.valueOf(stage.getOrDefault(stage.getParam("baseMarginCol")));
    }

    private void set(String name, Object value) {
        Params stage = estimator;
        stage.set(stage.getParam(name), value);
    }

    private Dataset<Row> marked(Dataset<Row> rows, boolean isValidation, TableLayout layout) {
        List<Column> columns = new ArrayList<>();
        List<String> names = new ArrayList<>(layout.features());
        if (layout.vector() != null) {
            names.add(layout.vector());
        }
        names.add(layout.label());
        if (layout.weight() != null) {
            names.add(layout.weight());
        }
        String margin = baseMarginCol();
        if (!margin.isEmpty()) {
            names.add(margin);
        }
        names.forEach(name -> columns.add(rows.col("`" + name.replace("`", "``") + "`")));
        columns.add(lit(isValidation).as(VALIDATION));
        return rows.select(columns.toArray(new Column[0]));
    }
}
