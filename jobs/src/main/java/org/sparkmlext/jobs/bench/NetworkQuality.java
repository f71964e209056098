package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Trains networks on public sets, with several seeds, and prints how well they do on the held-out part: how many rows
 * they get right, or the error of forecasts. */
public final class NetworkQuality {
    private static final String HEADER = """
            | recipe | rows | figure | seeds | mean | sd | least | most | fit s, mean |
            |---|---|---|---|---|---|---|---|---|
            """;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param recipes in order
     * @param data directory with a folder a set
     * @param work folder for what has to be unpacked
     * @param firstSeed number of the first run
     * @param seeds runs, each with the next number
     * @param onTest whether the test rows are looked at, and the validation rows train as well; else the validation rows are looked at
     * @param changed Params by name that replace the recipes'
     */
    public record Plan(
            List<NetworkRecipe> recipes,
            Path data,
            Path work,
            int firstSeed,
            int seeds,
            boolean onTest,
            Map<String, String> changed) {}

    public NetworkQuality(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs every recipe with every seed; prints epochs as they end, every run, and at last the table. */
    public void run(SparkSession session) {
        out.print(Machine.describe());
        StringBuilder table = new StringBuilder(HEADER);
        for (NetworkRecipe recipe : plan.recipes()) {
            NetworkTrial trial = recipe.trial();
            NetworkTrial.Split split =
                    trial.split(recipe.set().parts(session, plan.data(), plan.work()), plan.onTest());
            List<NetworkTrial.Run> runs = new ArrayList<>();
            for (int seed = plan.firstSeed(); seed < plan.firstSeed() + plan.seeds(); seed++) {
                NetworkTrial.Run run = trial.run(recipe.estimator(plan.changed(), seed), split, out);
                out.printf(
                        Locale.ROOT,
                        "%s seed %d: %s %s %.4f, fit %.1f s%n",
                        recipe.text(),
                        seed,
                        plan.onTest() ? "test" : "validation",
                        trial.figure(),
                        run.value(),
                        run.seconds());
                runs.add(run);
            }
            table.append(row(recipe, split.rows(), runs));
        }
        out.println();
        out.print(table);
    }

    static String row(NetworkRecipe recipe, long rows, List<NetworkTrial.Run> runs) {
        double[] figures = runs.stream().mapToDouble(NetworkTrial.Run::value).toArray();
        double mean = Arrays.stream(figures).average().orElse(Double.NaN);
        double squares =
                Arrays.stream(figures).map(one -> (one - mean) * (one - mean)).sum();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %d | %.4f | %s | %.4f | %.4f | %.1f |\n",
                recipe.text(),
                rows,
                recipe.trial().figure(),
                runs.size(),
                mean,
                runs.size() < 2 ? "" : String.format(Locale.ROOT, "%.4f", Math.sqrt(squares / (runs.size() - 1))),
                Arrays.stream(figures).min().orElse(Double.NaN),
                Arrays.stream(figures).max().orElse(Double.NaN),
                runs.stream().mapToDouble(NetworkTrial.Run::seconds).average().orElse(Double.NaN));
    }
}
