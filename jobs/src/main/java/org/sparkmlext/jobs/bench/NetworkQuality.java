package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.jobs.model.LiveProgress;
import org.sparkmlext.ml.neural.CnnClassificationModel;
import org.sparkmlext.ml.neural.CnnClassifier;

/** Trains networks on public sets, with several seeds, and prints how many rows of the held-out part they get right. */
public final class NetworkQuality {
    private static final String HEADER = """
            | recipe | rows | seeds | accuracy, mean | sd | least | most | fit s, mean |
            |---|---|---|---|---|---|---|---|
            """;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param recipes in order
     * @param data directory with a folder a set
     * @param work folder for what has to be unpacked
     * @param seeds numbers 1 to this
     * @param onTest whether the test rows are looked at, and the validation rows train as well; else the validation rows are looked at
     * @param changed Params by name that replace the recipes'
     */
    public record Plan(
            List<NetworkRecipe> recipes,
            Path data,
            Path work,
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
            ImageSet.Parts parts = recipe.set().parts(session, plan.data(), plan.work());
            Dataset<Row> train = plan.onTest() ? parts.train().unionByName(parts.validation()) : parts.train();
            Dataset<Row> heldOut = plan.onTest() ? parts.test() : parts.validation();
            long rows = heldOut.count();
            List<Run> runs = new ArrayList<>();
            for (int seed = 1; seed <= plan.seeds(); seed++) {
                Run run = run(recipe.estimator(plan.changed(), seed), train, heldOut, rows);
                out.printf(
                        Locale.ROOT,
                        "%s seed %d: %s accuracy %.4f, fit %.1f s%n",
                        recipe.text(),
                        seed,
                        plan.onTest() ? "test" : "validation",
                        run.accuracy(),
                        run.seconds());
                runs.add(run);
            }
            table.append(row(recipe, rows, runs));
        }
        out.println();
        out.print(table);
    }

    /** @param accuracy share of the rows whose class is predicted */
    record Run(double accuracy, double seconds) {}

    private Run run(CnnClassifier estimator, Dataset<Row> train, Dataset<Row> heldOut, long rows) {
        estimator.addListener(new LiveProgress(out, false, System::nanoTime));
        long start = System.nanoTime();
        CnnClassificationModel model = estimator.fit(train);
        double seconds = (System.nanoTime() - start) / 1e9;
        long right = model.transform(heldOut)
                .where(col("prediction").equalTo(col("label")))
                .count();
        return new Run((double) right / rows, seconds);
    }

    static String row(NetworkRecipe recipe, long rows, List<Run> runs) {
        double[] accuracy = runs.stream().mapToDouble(Run::accuracy).toArray();
        double mean = Arrays.stream(accuracy).average().orElse(Double.NaN);
        double squares =
                Arrays.stream(accuracy).map(one -> (one - mean) * (one - mean)).sum();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.4f | %s | %.4f | %.4f | %.1f |\n",
                recipe.text(),
                rows,
                runs.size(),
                mean,
                runs.size() < 2 ? "" : String.format(Locale.ROOT, "%.4f", Math.sqrt(squares / (runs.size() - 1))),
                Arrays.stream(accuracy).min().orElse(Double.NaN),
                Arrays.stream(accuracy).max().orElse(Double.NaN),
                runs.stream().mapToDouble(Run::seconds).average().orElse(Double.NaN));
    }
}
