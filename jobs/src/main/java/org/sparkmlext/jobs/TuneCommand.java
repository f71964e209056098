package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.tuning.SearchProgress;
import org.sparkmlext.jobs.tuning.SearchSpace;
import org.sparkmlext.jobs.tuning.TrialTable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.ml.training.Algorithm;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.ModelSearch;
import org.sparkmlext.ml.training.OutputDirectory;
import org.sparkmlext.ml.training.Training;
import org.sparkmlext.training.SearchPlan;
import org.sparkmlext.training.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Searches for the best settings and saves the best model. */
@Command(
        name = "tune",
        description =
                "Trains models with different settings on a table, compares them on validation rows, saves the best one and a"
                        + " table of all. Boosted trees share one binned copy of the table.")
final class TuneCommand implements Callable<Integer> {
    private static final String BUDGET_OF_TREES = "numTrees";
    private static final String BUDGET_OF_NETWORKS = "maxEpochs";
    private static final String METRIC = "validationMetric";

    enum Search {
        GRID,
        RANDOM,
        HALVING
    }

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    ProgressOptions progress;

    @Mixin
    TableArguments table;

    @Option(names = "--input", description = "Table to train on; of cnn-... also a folder of class folders of images.")
    @Nullable
    String input;

    @Option(names = "--validation", description = "Table by which models are compared.")
    @Nullable
    String validation;

    @Option(
            names = "--validation-fraction",
            description = "Share of the rows to hold out for that instead; of events the end of every series.",
            defaultValue = "0")
    double validationFraction;

    @Option(names = "--output", description = "Directory of the best model.")
    @Nullable
    String output;

    @Option(names = "--results", description = "CSV file of all trials (default: the output's path with '.csv').")
    @Nullable
    String results;

    @Option(names = "--overwrite", description = "Replace output and results if they exist.")
    boolean overwrite;

    @Option(names = "--resume", description = "Go on from the results file: what it has is not trained again.")
    boolean resume;

    @Option(
            names = "--algorithm",
            description = "As of train: classifier, regressor, cnn-classifier, cnn-regressor, lstm-classifier,"
                    + " lstm-regressor.")
    @Nullable
    String algorithm;

    @Option(
            names = "--set",
            description = "NAME=VALUE of a Param that all trials share (object 'params' in a job file).",
            paramLabel = "NAME=VALUE")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--try",
            description = "NAME=VALUES of a Param to search: 0.05,0.1,0.3 or 15..127 or 0.01..0.3:log; once a Param.",
            paramLabel = "NAME=VALUES")
    Map<String, String> tried = new LinkedHashMap<>();

    @Option(names = "--space", description = "JSON file of Params to search, beside --try.")
    @Nullable
    String space;

    @Option(
            names = "--search",
            description =
                    "grid: all combinations; random: --trials of them; halving: random ones on a small budget, a third of"
                            + " them on three times the budget, and so on.",
            defaultValue = "GRID")
    Search search = Search.GRID;

    @Option(names = "--trials", description = "Trials of a random search or of halving.", defaultValue = "20")
    int trials;

    @Option(names = "--eta", description = "Of halving: one trial in so many goes on.", defaultValue = "3")
    int eta;

    @Option(names = "--seed", description = "Decides which trials are drawn.", defaultValue = "0")
    long seed;

    @Option(
            names = "--parallelism",
            description =
                    "Trainings of networks at a time; trials of boosted trees train one after another, each on all"
                            + " cores.",
            defaultValue = "1")
    int parallelism;

    @Option(
            names = "--metric",
            description =
                    "What the best model is chosen by: a value of the Param validationMetric, such as auc (default: the"
                            + " loss).")
    @Nullable
    String metric;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        String from = Main.required(input, "--input");
        String to = Main.required(output, "--output");
        checkOptions();
        Algorithm chosen = Algorithm.of(algorithm, settings);
        Training training = Training.of(chosen, settings, new TrainingListener() {}, CommandLineNames.NAMES);
        String watched = watched(chosen);
        TableOptions options = table.options();
        TableUse use = training.use(options);
        SparkSession session = SessionOptions.session("spark-ml-ext tune");
        Configuration configuration = session.sparkContext().hadoopConfiguration();
        Map<String, String> texts = new LinkedHashMap<>();
        if (space != null) {
            texts.putAll(SearchSpace.read(space, configuration));
        }
        texts.putAll(tried);
        List<Map<String, String>> all = trials(new SearchSpace(texts), chosen);
        SearchPlan plan = plan(chosen, all.size(), ModelSearch.isLargerBetter(watched));
        ModelSearch whole = search(chosen, all, plan);
        OutputDirectory directory = OutputDirectory.claim(to, overwrite, configuration);
        TrialTable lines = TrialTable.open(results == null ? to + ".csv" : results, resume, overwrite, configuration);
        TableReader reader = new TableReader(session, CommandLineNames.NAMES);
        Table rows = reader.readForTraining(from, options, use);
        out.println(from + ": " + rows.layout().describe());
        Dataset<Row> validationRows = validation == null ? null : reader.read(validation, rows.layout(), true);
        Known known = Known.of(lines, all, watched);
        out.println(describe(all.size(), plan, watched, known.values().size()));
        int best = known.best(plan.largerIsBetter());
        Transformer model = null;
        List<Integer> left = known.others(all.size());
        if (!left.isEmpty()) {
            List<Map<String, String>> those = left.stream().map(all::get).toList();
            SearchPlan planOfThose = plan.forTrials(those.size());
            SearchProgress shown = new SearchProgress(
                    out,
                    progress.isTerminal(),
                    those,
                    left.stream().mapToInt(Integer::intValue).toArray(),
                    planOfThose,
                    watched,
                    lines,
                    LiveProgress::duration,
                    System::nanoTime);
            ModelSearch.Found found =
                    search(chosen, those, planOfThose).run(rows, from, validationRows, validationFraction, shown);
            int trial = left.get(found.trial());
            double value = Known.of(lines, all, watched).value(trial);
            if (best < 0 || isBetter(value, known.value(best), plan.largerIsBetter())) {
                best = trial;
                model = found.model();
            }
        }
        if (model == null) {
            out.println("trial " + (best + 1) + " of the results file is the best; its model is trained again");
            model = whole.fit(best, rows, from, validationRows, validationFraction);
        }
        new ModelDirectory(session).save((MLWritable) model, rows.layout(), directory);
        out.println("best: trial " + (best + 1) + "  " + TrialTable.text(all.get(best)));
        out.println("results: " + lines.path());
        out.println("model saved: " + directory.path());
        return 0;
    }

    private void checkOptions() {
        if (validationFraction < 0 || validationFraction >= 1) {
            throw new BadInputException("--validation-fraction must be in [0, 1), got " + validationFraction);
        }
        if ((validation == null) == (validationFraction == 0)) {
            throw new BadInputException(
                    "models are compared on validation rows: give either --validation or --validation-fraction");
        }
        requireAtLeast("--trials", trials, 1);
        requireAtLeast("--eta", eta, 2);
        requireAtLeast("--parallelism", parallelism, 1);
        if (resume && search == Search.HALVING) {
            throw new BadInputException("--resume goes on from single trials, as of grid and random; successive halving"
                    + " compares trials with each other and begins anew: leave --resume out");
        }
    }

    private static void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw new BadInputException(option + " must be at least " + least + ", got " + value);
        }
    }

    /** The search's metric; the trainings watch it too. */
    private String watched(Algorithm chosen) {
        String set = settings.get(METRIC);
        if (metric != null && set != null && !metric.equals(set)) {
            throw new BadInputException("--metric is '" + metric + "' but Param validationMetric is '" + set
                    + "'; early stopping and the search watch one metric, so give one");
        }
        String watched = metric != null ? metric : set;
        if (watched == null || watched.equals("auto")) {
            watched = ModelSearch.defaultMetric(chosen, settings);
        }
        settings.put(METRIC, watched);
        return watched;
    }

    private List<Map<String, String>> trials(SearchSpace ofParams, Algorithm chosen) {
        String budget = budgetParam(chosen);
        if (search == Search.HALVING && ofParams.names().contains(budget)) {
            throw new BadInputException("successive halving decides on '" + budget
                    + "' itself, up to the value of --set " + budget + "=...; take it out of what is tried");
        }
        for (String name : ofParams.names()) {
            if (settings.containsKey(name)) {
                throw new BadInputException("param '" + name + "' is both set and tried; give it once");
            }
        }
        return search == Search.GRID ? ofParams.grid() : ofParams.random(trials, seed);
    }

    private SearchPlan plan(Algorithm chosen, int numTrials, boolean isLargerBetter) {
        if (search != Search.HALVING) {
            return SearchPlan.once(numTrials, isLargerBetter);
        }
        String standard = chosen.isNetwork() ? "10" : "100";
        int budget = Integer.parseInt(
                settings.getOrDefault(budgetParam(chosen), standard).strip());
        return SearchPlan.halving(numTrials, budget, eta, isLargerBetter);
    }

    private static String budgetParam(Algorithm chosen) {
        return chosen.isNetwork() ? BUDGET_OF_NETWORKS : BUDGET_OF_TREES;
    }

    private ModelSearch search(Algorithm chosen, List<Map<String, String>> all, SearchPlan plan) {
        return new ModelSearch(chosen, settings, all, plan, parallelism, CommandLineNames.NAMES);
    }

    private String describe(int numTrials, SearchPlan plan, String watched, int known) {
        StringBuilder text = new StringBuilder("tuning: " + numTrials + (numTrials == 1 ? " trial" : " trials") + " by "
                + watched + (plan.largerIsBetter() ? " (more is better)" : " (less is better)"));
        if (plan.rungs().size() > 1) {
            List<String> rungs = new ArrayList<>();
            plan.rungs().forEach(rung -> rungs.add(rung.trials() + " x " + rung.budget()));
            text.append(", rungs of trials x rounds: ").append(String.join(", ", rungs));
        }
        return text + (known == 0 ? "" : "; " + known + " are in the results file");
    }

    private static boolean isBetter(double value, double than, boolean isLargerBetter) {
        return isLargerBetter ? value > than : value < than;
    }

    /** Trials that the results file has, by number. */
    private record Known(Map<Integer, Double> values) {

        static Known of(TrialTable table, List<Map<String, String>> trials, String metric) {
            Map<String, Integer> numbers = new LinkedHashMap<>();
            for (int trial = 0; trial < trials.size(); trial++) {
                numbers.put(TrialTable.text(trials.get(trial)), trial);
            }
            Map<Integer, Double> values = new LinkedHashMap<>();
            for (TrialTable.Line line : table.lines()) {
                Integer trial = numbers.get(line.params());
                if (line.isOk() && line.metric().equals(metric) && trial != null) {
                    values.put(trial, line.report().value());
                }
            }
            return new Known(values);
        }

        double value(int trial) {
            return values.getOrDefault(trial, Double.NaN);
        }

        /** The best one's number; -1 for none. */
        int best(boolean isLargerBetter) {
            int best = -1;
            for (Map.Entry<Integer, Double> entry : values.entrySet()) {
                if (best < 0 || isBetter(entry.getValue(), value(best), isLargerBetter)) {
                    best = entry.getKey();
                }
            }
            return best;
        }

        List<Integer> others(int numTrials) {
            List<Integer> others = new ArrayList<>();
            for (int trial = 0; trial < numTrials; trial++) {
                if (!values.containsKey(trial)) {
                    others.add(trial);
                }
            }
            return others;
        }
    }
}
