package org.sparkmlext.ml.training;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rank;

import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.neural.LstmClassifier;
import org.sparkmlext.ml.neural.LstmParams;
import org.sparkmlext.ml.neural.LstmRegressor;
import org.sparkmlext.ml.neural.NetworkRegressorParams;
import org.sparkmlext.ml.table.Events;
import org.sparkmlext.ml.table.FeatureKind;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.training.TrainingListener;

/** A network for sequences on a table that has one a row, or on a table of events. */
final class SequenceTraining extends Training {
    /** Keeps the hash that holds out whole series apart from other uses of the same hash. */
    private static final long SERIES_SALT = 0x5e1e5L;

    private final LstmParams params;

    /** @throws BadInputException on an unknown Param or a value it does not allow */
    SequenceTraining(Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        this(algorithm, names, estimator(algorithm, settings, listener, names));
    }

    private SequenceTraining(Algorithm algorithm, OptionNames names, Estimator<?> estimator) {
        super(algorithm, names, estimator);
        params = (LstmParams) estimator;
    }

    private static Estimator<?> estimator(
            Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        Estimator<?> estimator = algorithm.hasClasses()
                ? new LstmClassifier().addListener(listener)
                : new LstmRegressor().addListener(listener);
        StageSettings.apply(List.of(estimator), settings, names);
        return estimator;
    }

    @Override
    public TableUse use(TableOptions options) {
        options.refuseBaseMargin(name());
        if (options.time == null) {
            options.refuseEvents(name() + " without " + names().of("time"));
            if (params.getHorizon() > 0) {
                throw new BadInputException("horizon is " + params.getHorizon()
                        + ", but only events have rows that follow; name their column of times with "
                        + names().of("time"));
            }
            return new TableUse(FeatureKind.SEQUENCES, algorithm().hasClasses(), false);
        }
        if (algorithm().hasClasses() && options.target != null) {
            throw new BadInputException(names().of("target") + " names numbers that "
                    + names().algorithm(Algorithm.LSTM_REGRESSOR.text()) + " foretells; the classes of " + name()
                    + " are in the column that " + names().of("label") + " names");
        }
        boolean foretells = !algorithm().hasClasses() && params.getHorizon() > 0;
        return new TableUse(FeatureKind.EVENTS, algorithm().hasClasses(), foretells);
    }

    @Override
    List<Transformer> preparation(TableLayout layout, String path, Dataset<Row> train) {
        return layout.rowColumn() == null && layout.events() == null ? List.of(inOneVector(layout)) : List.of();
    }

    /** What makes one column of plain ones; a missing value is the network's to judge. */
    static VectorAssembler inOneVector(TableLayout layout) {
        return new VectorAssembler()
                .setInputCols(layout.features().toArray(new String[0]))
                .setOutputCol(PREPARED)
                .setHandleInvalid("keep");
    }

    @Override
    void setColumns(TableLayout layout, List<Transformer> preparation) {
        Events events = layout.events();
        String rows = layout.rowColumn();
        if (events == null) {
            set("sequenceCol", rows != null ? rows : PREPARED);
            return;
        }
        set("timeCol", events.time());
        if (events.entity() != null) {
            set("entityCol", events.entity());
        }
        set("inputCols", layout.features().toArray(new String[0]));
        if (!layout.targets().isEmpty()) {
            set("targetCols", layout.targets().toArray(new String[0]));
        }
        int targets = Math.max(1, layout.targets().size()) * Math.max(1, params.getHorizon());
        if (params instanceof NetworkRegressorParams numbers
                && targets > 1
                && numbers.getPredictionsCol().isEmpty()) {
            set("predictionsCol", "predictions");
        }
    }

    /** Of events the end of every series, of whole series some of them: rows taken at random would cut all windows. */
    @Override
    Column heldOut(Dataset<Row> rows, TableLayout layout, double share) {
        Events events = layout.events();
        if (events == null) {
            return super.heldOut(rows, layout, share);
        }
        if (params.getWindowLength() == 0) {
            if (events.entity() == null) {
                throw new BadInputException(names().of("validationFraction")
                        + " holds out whole series where windowLength is 0, but the table"
                        + " is one series; name the column of series with " + names().of("entity")
                        + ", or leave it out");
            }
            return isSplitOff(share, SERIES_SALT, column(rows, events.entity()));
        }
        WindowSpec series = events.entity() == null
                ? Window.partitionBy(lit(0))
                : Window.partitionBy(column(rows, events.entity()));
        return rank().over(series.orderBy(column(rows, events.time())))
                .gt(count(lit(1)).over(series).multiply(1 - share));
    }
}
