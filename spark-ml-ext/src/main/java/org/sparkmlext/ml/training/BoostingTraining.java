package org.sparkmlext.ml.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.boosting.TreeSearch;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;

/**
 * Boosted trees on a table. String columns are indexed by a stage of the pipeline (most frequent value first, missing and unseen values
 * get an index of their own); a table of numbers gives the plain model.
 */
final class BoostingTraining extends Training {
    private final Estimator<?> trees;

    /** @throws BadInputException on an unknown Param or a value it does not allow */
    BoostingTraining(Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        this(algorithm, names, estimator(algorithm, settings, listener, names));
    }

    private BoostingTraining(Algorithm algorithm, OptionNames names, Estimator<?> estimator) {
        super(algorithm, names, estimator);
        trees = estimator;
    }

    /**
     * Tries settings on one binned table.
     *
     * @param prepared rows, a part of them to validate on
     * @param trials Params by name, of {@link TreeSearch#SEARCHABLE}
     * @param listener hears of turns as {@link TreeSearch#search} says
     */
    TreeSearch.Found<Transformer> search(
            Prepared prepared, List<Map<String, String>> trials, SearchPlan plan, TrainingListener listener) {
        @SuppressWarnings("unchecked") // Of either algorithm.
        TreeSearch<? extends Transformer> search = (TreeSearch<? extends Transformer>) trees;
        List<ParamMap> maps = trials.stream().map(this::paramMap).toList();
        TreeSearch.Found<? extends Transformer> found = search.search(prepared.rows(), maps, plan, listener);
        return new TreeSearch.Found<>(found.trial(), prepared.pipeline(found.model()));
    }

    private ParamMap paramMap(Map<String, String> texts) {
        Estimator<?> stage = trees.copy(new ParamMap());
        StageSettings.apply(List.of(stage), texts, names());
        ParamMap map = new ParamMap();
        for (String name : texts.keySet()) {
            Param<Object> param = stage.getParam(name);
            map.put(param, stage.getOrDefault(param));
        }
        return map;
    }

    private static Estimator<?> estimator(
            Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        Estimator<?> estimator = algorithm.hasClasses()
                ? new BoostedTreesClassifier().addListener(listener)
                : new BoostedTreesRegressor().addListener(listener);
        StageSettings.apply(List.of(estimator), settings, names);
        return estimator;
    }

    @Override
    public TableUse use(TableOptions options) {
        options.refuseEvents(name());
        return TableUse.ofColumns(algorithm().hasClasses());
    }

    @Override
    List<Transformer> preparation(TableLayout layout, String path, Dataset<Row> train) {
        return layout.stringFeatures().isEmpty()
                ? List.of()
                : List.of(indexer(layout).fit(train));
    }

    /** An indexer of the string columns. */
    private static StringIndexer indexer(TableLayout layout) {
        Set<String> taken = new LinkedHashSet<>(layout.usedColumns(true));
        List<String> indexed = new ArrayList<>();
        for (String name : layout.stringFeatures()) {
            String output = name + "_index";
            while (!taken.add(output)) {
                output += "_";
            }
            indexed.add(output);
        }
        return new StringIndexer()
                .setInputCols(layout.stringFeatures().toArray(new String[0]))
                .setOutputCols(indexed.toArray(new String[0]))
                .setHandleInvalid("keep");
    }

    @Override
    void setColumns(TableLayout layout, List<Transformer> preparation) {
        if (layout.rowColumn() != null) {
            set("featuresCol", layout.rowColumn());
        } else {
            List<String> inputs = new ArrayList<>(layout.features());
            if (!preparation.isEmpty()) {
                List<String> indexed = Arrays.asList(((StringIndexerModel) preparation.get(0)).getOutputCols());
                inputs.replaceAll(name -> {
                    int place = layout.stringFeatures().indexOf(name);
                    return place < 0 ? name : indexed.get(place);
                });
            }
            set("inputCols", inputs.toArray(new String[0]));
        }
        if (layout.baseMargin() != null) {
            set("baseMarginCol", layout.baseMargin());
        }
    }
}
