package org.sparkmlext.ml.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.boosting.TreeSearch;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.tree.Objective;

/**
 * A search over an algorithm's settings on one table, which is read once and kept. Trials of boosted trees that differ in Params of
 * single trees only ({@link TreeSearch#SEARCHABLE}) train on one binned copy of it; those of networks are trainings of their own,
 * several at a time.
 *
 * <p>A trial that fails is told of and takes part no more; only if all fail, the search does.
 */
public final class ModelSearch {

    /** Metrics of which more is better; all others are losses and errors. */
    private static final Set<String> LARGER_IS_BETTER = Set.of("auc", "prauc", "accuracy");

    /**
     * The best of a search.
     *
     * @param trial its place in the list of trials
     * @param model fitted with its settings
     */
    public record Found(int trial, Transformer model) {}

    private final Algorithm algorithm;
    private final Map<String, String> settings;
    private final List<Map<String, String>> trials;
    private final SearchPlan plan;
    private final int parallelism;
    private final OptionNames names;

    /**
     * @param settings Params by name that all trials share, {@code validationMetric} among them, by which the best is chosen
     * @param trials Params by name of each
     * @param plan how far each is taken; budgets are numbers of trees or of epochs
     * @param parallelism trainings of networks at a time
     * @param names how options are spelled where the settings come from
     * @throws BadInputException if no trial can be trained, or successive halving is asked for over trials on different bins
     */
    public ModelSearch(
            Algorithm algorithm,
            Map<String, String> settings,
            List<Map<String, String>> trials,
            SearchPlan plan,
            int parallelism,
            OptionNames names) {
        this.algorithm = algorithm;
        this.settings = new LinkedHashMap<>(settings);
        this.trials = List.copyOf(trials);
        this.plan = plan;
        this.parallelism = parallelism;
        this.names = names;
        requireOneGood();
        if (plan.rungs().size() > 1 && !algorithm.isNetwork() && groups(all()).size() > 1) {
            throw new BadInputException("successive halving compares trials on one binned table, but they differ in "
                    + shared(trials.get(0)).keySet() + "; allowed to differ are "
                    + String.join(", ", TreeSearch.SEARCHABLE.stream().sorted().toList())
                    + ". Fix the others, or search by grid or random");
        }
    }

    /** Whether more of a metric is better. */
    public static boolean isLargerBetter(String metric) {
        return LARGER_IS_BETTER.contains(metric);
    }

    /**
     * The metric that {@code validationMetric} stands for where nobody has set it.
     *
     * @param settings that a training takes
     */
    public static String defaultMetric(Algorithm algorithm, Map<String, String> settings) {
        if (algorithm.isNetwork()) {
            return "loss";
        }
        String objective = settings.getOrDefault("objective", algorithm.hasClasses() ? "auto" : "squared");
        return Objective.Kind.of(objective.strip()).metricNames().get(0);
    }

    private List<Integer> all() {
        List<Integer> all = new ArrayList<>();
        for (int trial = 0; trial < trials.size(); trial++) {
            all.add(trial);
        }
        return all;
    }

    private void requireOneGood() {
        BadInputException first = null;
        for (Map<String, String> trial : trials) {
            try {
                training(trial, new TrainingListener() {});
                return;
            } catch (BadInputException refused) {
                first = first == null ? refused : first;
            }
        }
        throw first == null ? new BadInputException("a search needs at least one trial") : first;
    }

    /** Settings of a trial, which rule over those of all, and those of all. */
    Map<String, String> merged(Map<String, String> trial) {
        Map<String, String> merged = new LinkedHashMap<>(settings);
        merged.putAll(trial);
        return merged;
    }

    /** The training of a trial. */
    Training training(Map<String, String> trial, TrainingListener listener) {
        return Training.of(algorithm, merged(trial), listener, names);
    }

    /** What ends a search without a model. */
    static RuntimeException allFailed(@Nullable RuntimeException first) {
        String message = "every trial failed; the first: " + (first == null ? "" : FailureText.of(first));
        return first == null || FailureText.isBadInput(first)
                ? new BadInputException(message)
                : new IllegalStateException(message, first);
    }

    /** Trials by what keeps them from sharing bins. */
    private Map<Map<String, String>, List<Integer>> groups(List<Integer> members) {
        Map<Map<String, String>, List<Integer>> groups = new LinkedHashMap<>();
        members.forEach(trial -> groups.computeIfAbsent(shared(trials.get(trial)), key -> new ArrayList<>())
                .add(trial));
        return groups;
    }

    private static Map<String, String> shared(Map<String, String> trial) {
        Map<String, String> shared = new LinkedHashMap<>(trial);
        shared.keySet().removeAll(TreeSearch.SEARCHABLE);
        return shared;
    }

    /**
     * Searches.
     *
     * @param path of the table
     * @param validation rows to choose by, or null
     * @param validationFraction share of the table to hold out for that instead
     * @throws BadInputException if all trials fail; gives the first one's message
     */
    public Found run(
            Table table,
            String path,
            @Nullable Dataset<Row> validation,
            double validationFraction,
            SearchListener listener) {
        Rows rows = new Rows(
                new Table(table.rows().persist(), table.layout()),
                path,
                validation == null ? null : validation.persist(),
                validationFraction);
        try {
            return algorithm.isNetwork()
                    ? new TrialTrainings(this, plan, parallelism, listener).run(trials, rows)
                    : ofTrees(rows, listener);
        } finally {
            rows.table().rows().unpersist(false);
            if (rows.validation() != null) {
                rows.validation().unpersist(false);
            }
        }
    }

    /** The model of one trial, trained by itself; parameters as of {@link #run}. */
    public Transformer fit(
            int trial, Table table, String path, @Nullable Dataset<Row> validation, double validationFraction) {
        return new Rows(table, path, validation, validationFraction)
                .fit(training(trials.get(trial), new TrainingListener() {}));
    }

    /** What trials learn from, kept in memory. */
    record Rows(Table table, String path, @Nullable Dataset<Row> validation, double validationFraction) {

        Transformer fit(Training training) {
            return training.fit(table, path, validation, validationFraction);
        }
    }

    private Found ofTrees(Rows rows, SearchListener listener) {
        BinnedTrials.Best best = BinnedTrials.Best.none();
        for (Map.Entry<Map<String, String>, List<Integer>> group : groups(all()).entrySet()) {
            best = new BinnedTrials(this, plan, listener).run(group.getKey(), group.getValue(), trials, rows, best);
        }
        return best.found();
    }
}
