package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains on 4 million rows of 40 columns; arguments: shardStorage, and a directory for Spark and the model. */
final class LargerThanHeapMain {

    static final String RESULT = "model ";

    private static final int NUM_FEATURES = 40;

    private LargerThanHeapMain() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.local.dir", args[1])
                .getOrCreate()) {
            List<String> columns = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int f = 0; f < NUM_FEATURES; f++) {
                names.add("f" + f);
                columns.add("cast(pmod(xxhash64(id, " + f + "), 100003) as float) f" + f);
            }
            columns.add("cast(pmod(xxhash64(id, 0), 100003) > 30000 as int) label");
            Dataset<Row> rows = spark.range(0, 4_000_000, 1, 2).selectExpr(columns.toArray(String[]::new));
            BoostedTreesClassificationModel model = new BoostedTreesClassifier()
                    .setInputCols(names.toArray(String[]::new))
                    .setNumTrees(3)
                    .setMaxLeaves(15)
                    .setShardStorage(args[0])
                    .fit(rows);
            System.out.println(RESULT + ModelBytes.sha256(model, Path.of(args[1])));
        }
    }
}
