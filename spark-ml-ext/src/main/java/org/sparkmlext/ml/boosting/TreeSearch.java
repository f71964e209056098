package org.sparkmlext.ml.boosting;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.stage.TrainableStage;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What estimators of boosted trees can do that Spark's CrossValidator and TrainValidationSplit cannot: try many settings on one
 * table that is read, spread over the workers and binned once.
 *
 * @param <M> their model
 */
public interface TreeSearch<M> {

    /** Params in which trials on one binned table may differ. */
    Set<String> SEARCHABLE = Set.of(
            "numTrees",
            "learningRate",
            "maxDepth",
            "maxLeaves",
            "growPolicy",
            "lambdaL1",
            "lambdaL2",
            "minSplitGain",
            "minChildWeight",
            "minDataInLeaf",
            "subsamplingRate",
            "colsampleByTree",
            "colsampleByLevel",
            "colsampleByNode",
            "earlyStoppingRounds",
            "trainingMetricPeriod",
            "seed");

    /**
     * The best of a search.
     *
     * @param trial its place in the list of trials
     * @param model what {@code fit} with the trial's Params gives, bit for bit; its summary has no rounds
     */
    record Found<M>(int trial, M model) {}

    /**
     * Trains a model a trial, each by all workers, one after another, and keeps the best one by {@code validationMetric} on the rows
     * of {@code validationIndicatorCol}.
     *
     * @param trials Params of {@link #SEARCHABLE} that take the place of this estimator's
     * @param plan how far each trial is taken; budgets are numbers of trees
     * @param listener hears of every turn of a trial as of a round, whose metrics are a {@link
     *     org.sparkmlext.training.TrialReport}; the estimator's own listeners hear nothing
     * @throws IllegalArgumentException if a trial sets another Param or a value that contradicts the rest, or there are no validation
     *     rows to choose by
     */
    Found<M> search(Dataset<?> data, List<ParamMap> trials, SearchPlan plan, TrainingListener listener);

    /** A copy of the estimator for each trial, checked. */
    static <E extends Estimator<?> & TrainableStage<E> & BoostingParams> List<E> stages(
            E estimator, List<ParamMap> trials, @Nullable Object initialModel, StructType schema) {
        if (!estimator.isSet(estimator.validationIndicatorCol())) {
            throw new IllegalArgumentException(
                    "a search needs rows to choose by: name a boolean column that is true for"
                            + " validation rows in validationIndicatorCol");
        }
        if (initialModel != null || !estimator.getInitialModel().isEmpty()) {
            throw new IllegalArgumentException("a search cannot go on from an initial model; clear initialModel");
        }
        List<E> stages = new ArrayList<>();
        for (ParamMap trial : trials) {
            for (ParamPair<?> pair : CollectionConverters.asJava(trial.toSeq())) {
                if (!SEARCHABLE.contains(pair.param().name())) {
                    throw new IllegalArgumentException(
                            "a trial sets '" + pair.param().name()
                                    + "', which all trials on one binned table share; set it on the estimator. Trials may set "
                                    + String.join(", ", new TreeSet<>(SEARCHABLE)));
                }
            }
            @SuppressWarnings("unchecked") // A copy is of the class of its original.
            E stage = (E) estimator.copy(trial);
            stage.transformSchema(schema);
            stages.add(stage);
        }
        return stages;
    }
}
