package org.sparkmlext.tree;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.Worker;

/**
 * What a run knows before its first round.
 *
 * @param settings of the run
 * @param statistics of all rows
 * @param objective what is minimised, resolved by the classes there are
 * @param initialModel whose training goes on; null for none
 * @param plan of the metrics
 * @param baseScores constant raw score of each output
 * @param training where the training rows' raw scores start
 * @param validation where those of the validation rows do
 */
record BoostingStart(
        BoostingSettings settings,
        RowStatistics statistics,
        Objective objective,
        @Nullable Forest initialModel,
        MetricPlan plan,
        float[] baseScores,
        StartScores training,
        StartScores validation) {

    /**
     * Looks at labels, weights and margins, and with an initial model at the features, which must still be there. Collective.
     *
     * @throws InvalidTrainingDataException if nobody can learn from the rows with these settings
     */
    static BoostingStart of(BoostingSettings settings, Worker worker, Shard shard, HostThreads threads) {
        Collective collective = worker.collective();
        RowStatistics statistics =
                RowStatistics.of(settings.objective(), shard.training(), shard.validation(), collective);
        requireValidationRows(settings, statistics);
        Objective objective = settings.objective().resolved(statistics.numClasses());
        int numOutputs = objective.numOutputs(statistics.numClasses());
        Forest initialModel = InitialModel.read(settings.initialModel(), shard.featureNames(), objective, numOutputs);
        MetricPlan plan = new MetricPlan(settings, objective, objective.groups(numOutputs));
        float[] constants = BaseScores.of(objective, statistics, shard.training(), collective);
        // Rows that bring their own start have no constant on top of it.
        float[] starts = statistics.hasBaseMargins() ? new float[numOutputs] : constants;
        float[] baseScores = initialModel != null ? initialModel.baseScores() : starts;
        return new BoostingStart(
                settings,
                statistics,
                objective,
                initialModel,
                plan,
                baseScores,
                new StartScores(baseScores, initialModel, shard.training(), threads),
                new StartScores(baseScores, initialModel, shard.validation(), threads));
    }

    private static void requireValidationRows(BoostingSettings settings, RowStatistics statistics) {
        if (settings.earlyStoppingRounds() > 0 && statistics.validationRows() == 0) {
            throw new InvalidTrainingDataException("earlyStoppingRounds is " + settings.earlyStoppingRounds()
                    + ", but there is no validation row to watch; set validationIndicatorCol to a column that is true for"
                    + " some rows, or earlyStoppingRounds to 0");
        }
    }

    int numOutputs() {
        return baseScores.length;
    }
}
