package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.training.ModelDirectory;

/**
 * The stages of a loaded model: what they read, and how they are set for predictions in queries.
 *
 * @param all in order, those of pipelines within the pipeline too
 * @param trained the one that predicts
 */
record ModelStages(List<Transformer> all, Transformer trained) {
    static final String PREDICTION = "_prediction";
    static final String PROBABILITY = "_probability";
    static final String VALUES = "_values";

    private static final String HANDLE_INVALID = "handleInvalid";
    /** Columns that cost time and that no query can ask for. */
    private static final List<String> UNASKED =
            List.of("rawPredictionCol", "leafCol", "contributionsCol", "embeddingsCol");

    private static final List<String> OUTPUTS = List.of(
            "outputCol",
            "outputCols",
            "predictionCol",
            "probabilityCol",
            "rawPredictionCol",
            "quantilesCol",
            "predictionsCol");
    /** Their Param of this name says what a column holds, not what becomes of a row; to change it would change vectors' lengths. */
    private static final Set<String> OF_ANOTHER_MEANING = Set.of("OneHotEncoderModel", "VectorSizeHint");

    static ModelStages of(ModelDirectory.Loaded loaded) {
        return new ModelStages(flat(loaded.model()), loaded.trained());
    }

    private static List<Transformer> flat(Transformer model) {
        return model instanceof PipelineModel pipeline
                ? Arrays.stream(pipeline.stages())
                        .flatMap(stage -> flat(stage).stream())
                        .toList()
                : List.of(model);
    }

    /** Whether rows are events, whose order a prediction depends on. */
    boolean readEvents() {
        return all.stream().anyMatch(stage -> !text(stage, "timeCol").isEmpty());
    }

    /**
     * Params under which a model drops no row and names its columns {@link #PREDICTION}, {@link #PROBABILITY} and, with several numbers
     * a row, {@link #VALUES}.
     *
     * @throws BadInputException if a stage drops rows and cannot be told not to, or the stage that predicts is not the last
     */
    ParamMap forQueries(boolean hasSeveralValues) {
        if (all.get(all.size() - 1) != trained) {
            throw new BadInputException("the pipeline ends in a "
                    + all.get(all.size() - 1).getClass().getSimpleName() + " after the "
                    + trained.getClass().getSimpleName()
                    + "; allowed is a pipeline that ends in the model. Save it without the stages that follow");
        }
        ParamMap changes = new ParamMap();
        all.forEach(stage -> keepRows(stage, changes));
        put(trained, "predictionCol", PREDICTION, changes);
        put(trained, "probabilityCol", PROBABILITY, changes);
        UNASKED.forEach(name -> put(trained, name, "", changes));
        for (String name : List.of("quantilesCol", "predictionsCol")) {
            put(trained, name, hasSeveralValues ? VALUES : "", changes);
        }
        return changes;
    }

    /** The change that leaves probabilities out. */
    ParamMap withoutProbability() {
        ParamMap changes = new ParamMap();
        put(trained, "probabilityCol", "", changes);
        return changes;
    }

    private static void put(Transformer stage, String name, String value, ParamMap changes) {
        if (stage.hasParam(name)) {
            changes.put(stage.getParam(name), value);
        }
    }

    private static void keepRows(Transformer stage, ParamMap changes) {
        String type = stage.getClass().getSimpleName();
        if (!stage.hasParam(HANDLE_INVALID)) {
            return;
        }
        Param<Object> param = stage.getParam(HANDLE_INVALID);
        Object given = stage.getOrDefault(param);
        for (String keeping : List.of("null", "keep")) {
            if (!OF_ANOTHER_MEANING.contains(type) && allows(param, keeping)) {
                changes.put(param, keeping);
                return;
            }
        }
        if ("skip".equals(given)) {
            throw new BadInputException(
                    "stage " + type + " has handleInvalid = skip, which drops rows; a prediction in a query"
                            + " needs every row. Save the model with handleInvalid = error");
        }
    }

    private static boolean allows(Param<Object> param, String value) {
        try {
            param.validate(value);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /** The columns that must be there before the first stage, in the order in which stages name them. */
    List<ModelInput> inputs() {
        Map<String, ModelInput.Kind> read = new LinkedHashMap<>();
        Set<String> made = new HashSet<>();
        for (Transformer stage : all) {
            reads(stage).forEach((name, kind) -> {
                if (!made.contains(name)) {
                    read.putIfAbsent(name, kind);
                }
            });
            OUTPUTS.forEach(param -> made.addAll(names(stage, param)));
        }
        return read.entrySet().stream()
                .map(entry -> new ModelInput(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Map<String, ModelInput.Kind> reads(Transformer stage) {
        ModelInput.Kind plain = stage == trained ? ModelInput.Kind.NUMBER : ModelInput.Kind.OTHER;
        Map<String, ModelInput.Kind> read = new LinkedHashMap<>();
        for (String param : List.of("entityCol", "timeCol", "inputCol", "imageCol", "sequenceCol")) {
            names(stage, param).forEach(name -> read.put(name, ModelInput.Kind.OTHER));
        }
        names(stage, "inputCols").forEach(name -> read.put(name, plain));
        if (read.isEmpty()) {
            boolean isTabular = stage.getClass().getName().startsWith("org.sparkmlext.ml.boosting.");
            ModelInput.Kind rows = isTabular ? ModelInput.Kind.VECTOR : ModelInput.Kind.OTHER;
            names(stage, "featuresCol").forEach(name -> read.put(name, rows));
        }
        for (String param : List.of("baseMarginCol", "originCol")) {
            names(stage, param).forEach(name -> read.put(name, ModelInput.Kind.OTHER));
        }
        return read;
    }

    private static String text(Transformer stage, String param) {
        List<String> names = names(stage, param);
        return names.isEmpty() ? "" : names.get(0);
    }

    /** What a Param of one or several column names says; nothing where the stage has none such, or it is empty. */
    private static List<String> names(Transformer stage, String name) {
        if (!stage.hasParam(name) || !stage.isDefined(stage.getParam(name))) {
            return List.of();
        }
        Object value = stage.getOrDefault(stage.getParam(name));
        List<String> names = new ArrayList<>();
        if (value instanceof String[] several) {
            names.addAll(Arrays.asList(several));
        } else if (value instanceof String one && !one.isEmpty()) {
            names.add(one);
        }
        return names;
    }
}
