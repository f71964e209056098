package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.ClassificationModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.stage.FittedRegressor;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.training.ModelDirectory;

/**
 * A loaded model as queries use it. Compared by identity: of one version of a model there is one in a {@link ModelCache}.
 *
 * <p>Thread-safe.
 */
final class ServedModel {
    /** Plans that are kept for one model: one a schema and settings of a session. */
    private static final int MOST_PLANS = 8;

    private final ModelDirectory.Loaded loaded;
    private final ModelStages stages;
    private final Transformer scoring;
    private final List<ModelInput> inputs;
    private final List<String> labels;
    private final int numOutputs;
    private final Map<ScoringPlan.Key, ScoringPlan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ScoringPlan.Key, ScoringPlan> eldest) {
            return size() > MOST_PLANS;
        }
    };

    /** @throws BadInputException if it drops rows or cannot predict in queries */
    ServedModel(ModelDirectory.Loaded loaded) {
        this.loaded = loaded;
        stages = ModelStages.of(loaded);
        numOutputs = loaded.trained() instanceof FittedRegressor<?> regressor ? regressor.numOutputs() : 1;
        scoring = loaded.model().copy(stages.forQueries(numOutputs > 1));
        TableLayout layout = loaded.layout();
        inputs = layout == null ? stages.inputs() : inputs(layout, stages.inputs());
        labels = labels(layout, numClasses(loaded.trained()));
    }

    private static int numClasses(Transformer trained) {
        return trained instanceof ClassificationModel<?, ?> classifier ? classifier.numClasses() : 0;
    }

    private static List<ModelInput> inputs(TableLayout layout, List<ModelInput> ofStages) {
        List<ModelInput> inputs = new ArrayList<>();
        for (String name : layout.usedColumns(false)) {
            ModelInput.Kind kind = ofStages.stream()
                    .filter(input -> input.name().equals(name))
                    .map(ModelInput::kind)
                    .findFirst()
                    .orElse(ModelInput.Kind.OTHER);
            if (layout.stringFeatures().contains(name)) {
                kind = ModelInput.Kind.TEXT;
            } else if (layout.features().contains(name)) {
                kind = ModelInput.Kind.NUMBER;
            }
            inputs.add(new ModelInput(name, kind));
        }
        return inputs;
    }

    /** The first text that means each class; empty where labels are numbers. */
    private static List<String> labels(@Nullable TableLayout layout, int numClasses) {
        List<String> labels = new ArrayList<>();
        for (int k = 0; layout != null && !layout.labelValues().isEmpty() && k < numClasses; k++) {
            double number = k;
            labels.add(layout.labelValues().entrySet().stream()
                    .filter(entry -> entry.getValue() == number)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(Integer.toString(k)));
        }
        return labels;
    }

    /** How its training table was read; null if nobody has written it down. */
    @Nullable
    TableLayout layout() {
        return loaded.layout();
    }

    /** Whether its stages leave a column of this type as it is. */
    boolean passes(ModelInput input, DataType type) {
        return input.takes(type)
                && input.kind() != ModelInput.Kind.NUMBER
                && input.kind() != ModelInput.Kind.TEXT
                && (type instanceof BinaryType || type instanceof StructType || type.equals(SQLDataTypes.VectorType()));
    }

    /** The stage that predicts. */
    Transformer trained() {
        return loaded.trained();
    }

    /** The columns that it reads, in the order of training. */
    List<ModelInput> inputs() {
        return inputs;
    }

    /** Whether rows are events, whose order a prediction depends on. */
    boolean readsEvents() {
        return stages.readEvents();
    }

    /** Numbers that a prediction has: one, or one a step, target and quantile. */
    int numOutputs() {
        return numOutputs;
    }

    /** The text of each class, in their order; empty where labels are numbers. */
    List<String> labels() {
        return labels;
    }

    /** Whether labels are classes, which have probabilities. */
    private boolean isClassifier() {
        return loaded.trained() instanceof ClassificationModel<?, ?>;
    }

    /** @throws BadInputException if the model has no such answer */
    void requireAnswer(ModelCall.Answer answer) {
        if (answer == ModelCall.Answer.PROBABILITY && !isClassifier()) {
            throw new BadInputException("a " + trained().getClass().getSimpleName()
                    + " predicts numbers, which have no probabilities; use ml_predict. Classifiers have both");
        }
    }

    /** Names of the classes: their texts, or else their numbers. */
    List<String> classNames() {
        if (!labels.isEmpty()) {
            return labels;
        }
        List<String> numbers = new ArrayList<>();
        for (int k = 0; k < numClasses(loaded.trained()); k++) {
            numbers.add(Integer.toString(k));
        }
        return numbers;
    }

    /** Type of an answer. */
    DataType type(ModelCall.Answer answer) {
        if (answer == ModelCall.Answer.PROBABILITY) {
            return DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType, false);
        }
        if (numOutputs > 1) {
            return DataTypes.createArrayType(DataTypes.DoubleType, false);
        }
        return labels.isEmpty() ? DataTypes.DoubleType : DataTypes.StringType;
    }

    /** What scores: its columns are named as {@link ModelStages} says, and it drops no row. */
    Transformer scoring(boolean wantsProbability) {
        return wantsProbability ? scoring : scoring.copy(stages.withoutProbability());
    }

    /** The plan for columns of these types; the model's own copy where it has been made before. */
    ScoringPlan plan(ScoringPlan.Key key, Function<ScoringPlan.Key, ScoringPlan> maker) {
        synchronized (plans) {
            ScoringPlan known = plans.get(key);
            if (known == null) {
                known = maker.apply(key);
                plans.put(key, known);
            }
            return known;
        }
    }
}
