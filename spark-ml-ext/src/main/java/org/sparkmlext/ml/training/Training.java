package org.sparkmlext.ml.training;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.CnnRegressor;
import org.sparkmlext.ml.neural.LstmClassifier;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.training.TrainingListener;

/** An algorithm with its settings, which learns from tables. What a model needs to take a table's raw rows becomes part of it. */
public abstract class Training {
    /** What preparation makes of the features, where it makes one column of them. */
    public static final String PREPARED = "_prepared";

    private static final String VALIDATION = "_validation";
    private static final int SPLIT_PARTS = 1_000_000;
    /** Keeps the hash that splits off validation rows apart from other uses of the same hash. */
    private static final long SPLIT_SALT = 0x5eedL;

    private final Algorithm algorithm;
    private final OptionNames names;
    private final Estimator<?> estimator;

    Training(Algorithm algorithm, OptionNames names, Estimator<?> estimator) {
        this.algorithm = algorithm;
        this.names = names;
        this.estimator = estimator;
    }

    /**
     * The training of an algorithm.
     *
     * @param settings Params by name, checked at once
     * @param listener hears of every round
     * @param names how options are spelled where the settings come from
     * @throws BadInputException on an unknown Param or a value it does not allow
     */
    public static Training of(
            Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        return switch (algorithm) {
            case CLASSIFIER, REGRESSOR -> new BoostingTraining(algorithm, settings, listener, names);
            case CNN_CLASSIFIER, CNN_REGRESSOR -> new ImageTraining(algorithm, settings, listener, names);
            case LSTM_CLASSIFIER, LSTM_REGRESSOR -> new SequenceTraining(algorithm, settings, listener, names);
        };
    }

    /** Names of the settings that the training of an algorithm takes. */
    public static Set<String> settingNames(Algorithm algorithm) {
        return StageSettings.names(
                switch (algorithm) {
                    case CLASSIFIER -> List.of(new BoostedTreesClassifier());
                    case REGRESSOR -> List.of(new BoostedTreesRegressor());
                    case CNN_CLASSIFIER -> List.of(new ImageAssembler(), new CnnClassifier());
                    case CNN_REGRESSOR -> List.of(new ImageAssembler(), new CnnRegressor());
                    case LSTM_CLASSIFIER -> List.of(new LstmClassifier());
                    case LSTM_REGRESSOR -> List.of(new LstmRegressor());
                });
    }

    /** What is trained. */
    public final Algorithm algorithm() {
        return algorithm;
    }

    /** How options are spelled where they were given. */
    final OptionNames names() {
        return names;
    }

    /** What is trained, as it was asked for. */
    final String name() {
        return names.algorithm(algorithm.text());
    }

    /**
     * What the training table is for.
     *
     * @throws BadInputException if the options name something that this algorithm has no use for
     */
    public abstract TableUse use(TableOptions options);

    /**
     * What has to come before the model so that it takes raw rows; may be nothing.
     *
     * @param path of the training table
     * @param train its rows, without those to validate on
     */
    abstract List<Transformer> preparation(TableLayout layout, String path, Dataset<Row> train);

    /** Tells the estimator which columns of the prepared rows to train on; label and weight are told already. */
    abstract void setColumns(TableLayout layout, List<Transformer> preparation);

    /** Prepared rows as the estimator wants them, where their schema is to tell more than the preparation's own. */
    Dataset<Row> described(Dataset<Row> prepared, TableLayout layout) {
        return prepared;
    }

    /**
     * Which rows to hold out for validation.
     *
     * @param share of them, in (0, 1)
     * @throws BadInputException if there is no way to do so
     */
    Column heldOut(Dataset<Row> rows, TableLayout layout, double share) {
        return isSplitOff(rows, share, SPLIT_SALT);
    }

    /**
     * Fits the model.
     *
     * @param path of the table
     * @param validation rows for validation metrics and early stopping, or null
     * @param validationFraction share of the table to hold out for that instead; 0 = none
     * @return the model, or a pipeline that ends in it where rows have to be prepared
     */
    public final Transformer fit(
            Table table, String path, @Nullable Dataset<Row> validation, double validationFraction) {
        Prepared prepared = prepare(table, path, validation, validationFraction);
        return prepared.pipeline((Transformer) estimator.fit(prepared.rows()));
    }

    /**
     * Rows as the estimator wants them.
     *
     * @param raw what they were made of
     * @param stages what made them
     */
    record Prepared(Dataset<Row> rows, Dataset<Row> raw, List<Transformer> stages) {

        /** A model that takes raw rows: itself, or a pipeline that ends in it. */
        Transformer pipeline(Transformer model) {
            if (stages.isEmpty()) {
                return model;
            }
            List<PipelineStage> all = new ArrayList<>(stages);
            all.add((PipelineStage) model);
            // Fitted stages pass a pipeline unchanged.
            return new Pipeline().setStages(all.toArray(new PipelineStage[0])).fit(raw);
        }
    }

    /** Prepares rows and tells the estimator of their columns; parameters as of {@link #fit}. */
    final Prepared prepare(Table table, String path, @Nullable Dataset<Row> validation, double validationFraction) {
        TableLayout layout = table.layout();
        boolean validates = validation != null || validationFraction > 0;
        Dataset<Row> rows = table.rows();
        Dataset<Row> train = rows;
        if (validation != null) {
            rows = marked(rows, lit(false), layout).union(marked(validation, lit(true), layout));
        } else if (validates) {
            rows = marked(rows, heldOut(rows, layout, validationFraction), layout);
            train = rows.where(not(col(VALIDATION)));
        }
        List<Transformer> preparation = preparation(layout, path, train);
        if (layout.targets().isEmpty()) {
            set("labelCol", layout.label());
        }
        if (layout.weight() != null) {
            set("weightCol", layout.weight());
        }
        if (validates) {
            set("validationIndicatorCol", VALIDATION);
        }
        setColumns(layout, preparation);
        Dataset<Row> prepared = rows;
        for (Transformer stage : preparation) {
            prepared = stage.transform(prepared);
        }
        return new Prepared(described(prepared, layout), rows, preparation);
    }

    /** Sets a Param of the estimator. */
    final void set(String name, Object value) {
        Params stage = estimator;
        stage.set(stage.getParam(name), value);
    }

    /** The columns that are needed, and which rows validate. */
    private static Dataset<Row> marked(Dataset<Row> rows, Column isValidation, TableLayout layout) {
        List<Column> columns = new ArrayList<>();
        layout.usedColumns(true).forEach(name -> columns.add(column(rows, name)));
        columns.add(isValidation.as(VALIDATION));
        return rows.select(columns.toArray(new Column[0]));
    }

    /**
     * Splits rows by a hash of their content: the same rows always fall on the same side, whatever their order.
     *
     * @param share of rows in the second part, in (0, 1)
     * @return the larger part and the split-off part
     */
    public static List<Dataset<Row>> split(Dataset<Row> rows, double share, long salt) {
        Column isSplitOff = isSplitOff(rows, share, salt);
        return List.of(rows.where(not(isSplitOff)), rows.where(isSplitOff));
    }

    private static Column isSplitOff(Dataset<Row> rows, double share, long salt) {
        Column[] content =
                Arrays.stream(rows.columns()).map(name -> column(rows, name)).toArray(Column[]::new);
        return isSplitOff(share, salt, content);
    }

    /** Whether what the columns hold falls into the share that is split off. */
    static Column isSplitOff(double share, long salt, Column... content) {
        List<Column> columns = new ArrayList<>(List.of(lit(salt)));
        // Vectors have no hash in SQL, their text has.
        Arrays.stream(content).map(column -> column.cast("string")).forEach(columns::add);
        return pmod(xxhash64(columns.toArray(new Column[0])), lit(SPLIT_PARTS))
                .lt(lit((int) Math.round(share * SPLIT_PARTS)));
    }

    static Column column(Dataset<Row> rows, String name) {
        return rows.col("`" + name.replace("`", "``") + "`");
    }
}
