package org.sparkmlext.ml.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.TreeSearch;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.TrialReport;

/** Trials of boosted trees that train on one binned table. */
final class BinnedTrials {
    private final ModelSearch search;
    private final SearchPlan plan;
    private final SearchListener listener;

    BinnedTrials(ModelSearch search, SearchPlan plan, SearchListener listener) {
        this.search = search;
        this.plan = plan;
        this.listener = listener;
    }

    /** The best so far: a model and its value, or, as long as there is none, the first failure. */
    record Best(
            int trial,
            @Nullable Transformer model,
            double value,
            @Nullable RuntimeException failure) {

        static Best none() {
            return new Best(-1, null, Double.NaN, null);
        }

        ModelSearch.Found found() {
            if (model == null) {
                throw ModelSearch.allFailed(failure);
            }
            return new ModelSearch.Found(trial, model);
        }

        private Best or(RuntimeException failed) {
            return failure != null || model != null ? this : new Best(trial, null, value, failed);
        }
    }

    /**
     * Tries the trials of a group.
     *
     * @param shared settings that keep it apart from other groups
     * @param members numbers of its trials
     * @param all trials of the search
     * @param before the best of the groups before
     */
    Best run(
            Map<String, String> shared,
            List<Integer> members,
            List<Map<String, String>> all,
            ModelSearch.Rows rows,
            Best before) {
        Best best = before;
        List<Integer> good = new ArrayList<>();
        for (int trial : members) {
            try {
                search.training(all.get(trial), new TrainingListener() {});
                good.add(trial);
            } catch (BadInputException refused) {
                listener.failed(trial, FailureText.of(refused));
                best = best.or(refused);
            }
        }
        if (good.isEmpty()) {
            return best;
        }
        List<Map<String, String>> settings = new ArrayList<>();
        for (int trial : good) {
            Map<String, String> own = new LinkedHashMap<>(all.get(trial));
            own.keySet().removeAll(shared.keySet());
            settings.add(own);
        }
        Turns turns = new Turns(good);
        try {
            BoostingTraining training = (BoostingTraining) search.training(shared, new TrainingListener() {});
            Training.Prepared prepared =
                    training.prepare(rows.table(), rows.path(), rows.validation(), rows.validationFraction());
            TreeSearch.Found<Transformer> found =
                    training.search(prepared, settings, plan.forTrials(good.size()), turns);
            double value = turns.values.getOrDefault(found.trial(), Double.NaN);
            boolean isBetter =
                    best.model() == null || (plan.largerIsBetter() ? value > best.value() : value < best.value());
            return isBetter ? new Best(good.get(found.trial()), found.model(), value, null) : best;
        } catch (TrainingCancelledException cancelled) {
            throw cancelled;
        } catch (RuntimeException failed) {
            // Of trials that train together, those that had not ended fail together.
            for (int i = 0; i < good.size(); i++) {
                if (!turns.values.containsKey(i)) {
                    listener.failed(good.get(i), FailureText.of(failed));
                }
            }
            return best.or(failed);
        }
    }

    /** Turns as they come from the training, told with the trials' own numbers. */
    private final class Turns implements TrainingListener {
        private final List<Integer> trials;
        /** By place in this group. */
        private final Map<Integer, Double> values = new LinkedHashMap<>();

        Turns(List<Integer> trials) {
            this.trials = trials;
        }

        @Override
        public void progressed(ProgressReport report) {
            listener.progressed((double) report.rows() / Math.max(1, report.totalRows()));
        }

        @Override
        public void roundFinished(RoundReport report) {
            TrialReport turn = TrialReport.of(report);
            values.put(turn.trial(), turn.value());
            listener.finished(new TrialReport(
                    trials.get(turn.trial()), turn.rung(), turn.rounds(), turn.value(), turn.seconds()));
        }
    }
}
