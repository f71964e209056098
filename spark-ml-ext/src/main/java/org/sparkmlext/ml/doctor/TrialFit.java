package org.sparkmlext.ml.doctor;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.training.TrainingListener;

/** A small fit on all workers: it shows whether shards can be moved, ranks meet over their ports, and sums come back. */
final class TrialFit {
    private static final String CHECK = "trial fit";
    private static final int ROWS = 2000;

    private TrialFit() {}

    static Finding run(SparkSession session) {
        long start = System.nanoTime();
        String[] places = {""};
        try {
            new BoostedTreesClassifier()
                    .setInputCols(new String[] {"a", "b"})
                    .setLabelCol("y")
                    .setNumTrees(2)
                    .addListener(new TrainingListener() {
                        @Override
                        public void started(int attempt, int numWorkers, String description) {
                            places[0] = description;
                        }
                    })
                    .fit(rows(session));
        } catch (RuntimeException failed) {
            return Finding.fail(
                    CHECK,
                    "a fit of " + ROWS + " rows on all workers failed: " + FailureText.of(failed),
                    "Look at what it names; ports between executors must be open (spark.blockManager.port and those above"
                            + " 1024 that the workers choose), and all workers need their slots at once");
        }
        return Finding.ok(
                CHECK,
                String.format(
                        Locale.ROOT, "%d rows in %.1f s: %s", ROWS, (System.nanoTime() - start) / 1e9, places[0]));
    }

    private static Dataset<Row> rows(SparkSession session) {
        Column a = uniform(1);
        Column b = uniform(2);
        return session.range(ROWS)
                .select(a.as("a"), b.as("b"), a.plus(b).gt(1.0).cast("double").as("y"));
    }

    private static Column uniform(long salt) {
        return pmod(xxhash64(col("id"), functions.lit(salt)), functions.lit(1000L))
                .divide(1000.0);
    }
}
