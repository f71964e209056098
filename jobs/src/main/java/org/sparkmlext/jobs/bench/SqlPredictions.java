package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.ml.neural.CnnClassifier;

/** Times {@code ml_predict} in SQL beside {@code transform}: the same model, the same cached rows, from the query's text to the last row. */
public final class SqlPredictions {
    private static final double BAR = 1.5;
    private static final int WARM_RUNS = 2;
    private static final int SIZE = 28;
    private static final int CLASSES = 10;
    private static final int TRAINING_ROWS = 20_000;
    private static final int TRAINING_IMAGES = 512;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param rows of numbers
     * @param trees of the model for them
     * @param images of 28 x 28 pixels
     * @param repeat timed runs of each
     * @param directory for the models
     */
    public record Plan(long rows, int trees, long images, int repeat, Path directory) {}

    public SqlPredictions(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs both sets and prints every run, medians and ratios. */
    public void run(SparkSession session) {
        out.print(Machine.describe());
        HiggsRows numbers = new HiggsRows(HiggsRows.TRAIN_SEED);
        Column[] features = Arrays.stream(numbers.schema().fieldNames())
                .filter(name -> !name.equals("label"))
                .map(functions::col)
                .toArray(Column[]::new);
        int slots = session.sparkContext().defaultParallelism();
        Transformer forest = new BoostedTreesClassifier()
                .setNumTrees(plan.trees())
                .setInputCols(Arrays.stream(features).map(Column::toString).toArray(String[]::new))
                .fit(numbers.rows(session, TRAINING_ROWS, slots));
        compare(
                plan.rows() + " rows of " + HiggsRows.FEATURES + " numbers, " + plan.trees() + " trees",
                numbers.rows(session, plan.rows(), slots).select(features),
                forest,
                "trees");
        ImageRows pixels = new ImageRows(SIZE * SIZE, CLASSES);
        Transformer network = new CnnClassifier()
                .setImageCol("image")
                .setMaxEpochs(1)
                .fit(sized(pixels.rows(session, TRAINING_IMAGES, slots)));
        compare(
                plan.images() + " images of " + SIZE + " x " + SIZE + ", simple-cnn",
                sized(pixels.rows(session, plan.images(), slots)).select("image"),
                network,
                "images");
    }

    private static Dataset<Row> sized(Dataset<Row> images) {
        return images.withColumn(
                "image", functions.col("image").as("image", ImageMetadata.of(new ImageShape(SIZE, SIZE, 1))));
    }

    private void compare(String what, Dataset<Row> made, Transformer model, String name) {
        Dataset<Row> rows = made.persist(StorageLevel.MEMORY_ONLY());
        rows.count();
        SparkSession session = rows.sparkSession();
        String path = plan.directory().resolve(name).toAbsolutePath().toString();
        save(model, path);
        rows.createOrReplaceTempView(name);
        String query = "SELECT ml_predict('" + path + "', *) AS prediction FROM " + name;
        double[] transform = new double[plan.repeat()];
        double[] sql = new double[plan.repeat()];
        for (int run = -WARM_RUNS; run < plan.repeat(); run++) {
            double ofTransform =
                    seconds(() -> model.transform(session.table(name)).select("prediction"));
            double ofSql = seconds(() -> session.sql(query));
            if (run >= 0) {
                transform[run] = ofTransform;
                sql[run] = ofSql;
                out.printf(Locale.ROOT, "run %d: transform %.3f s, SQL %.3f s%n", run + 1, ofTransform, ofSql);
            }
        }
        double ratio = median(sql) / median(transform);
        out.printf(
                Locale.ROOT,
                "%s: transform %.3f s, SQL %.3f s (medians of %d), ratio %.2f, bar %.1f: %s%n",
                what,
                median(transform),
                median(sql),
                plan.repeat(),
                ratio,
                BAR,
                ratio <= BAR ? "met" : "MISSED");
        rows.unpersist(true);
    }

    private static void save(Transformer model, String path) {
        try {
            ((MLWritable) model).write().overwrite().save(path);
        } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static double seconds(Supplier<Dataset<Row>> query) {
        long start = System.nanoTime();
        query.get().write().format("noop").mode("overwrite").save();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
