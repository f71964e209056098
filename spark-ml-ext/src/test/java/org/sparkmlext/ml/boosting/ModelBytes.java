package org.sparkmlext.ml.boosting;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.BinaryTable;

/** One table and one estimator whose model must have the same bytes everywhere. */
final class ModelBytes {

    private ModelBytes() {}

    /** 4,000 rows, a fifth of them twice: missing values, weights, validation rows. */
    static Dataset<Row> table(SparkSession spark) {
        Dataset<Row> rows = BinaryTable.plain(spark, 4000, 17);
        return rows.union(rows.where("b < 4"));
    }

    static BoostedTreesClassifier estimator() {
        return new BoostedTreesClassifier()
                .setInputCols(BinaryTable.FEATURES)
                .setWeightCol("weight")
                .setValidationIndicatorCol("isValidation")
                .setNumTrees(30)
                .setMaxLeaves(15)
                .setSubsamplingRate(0.8)
                .setColsampleByNode(0.7)
                .setSeed(7);
    }

    /** Quantiles of a number of {@link #table}. */
    static BoostedTreesRegressor regressor() {
        return new BoostedTreesRegressor()
                .setInputCols(new String[] {"a", "b"})
                .setLabelCol("c")
                .setObjective("quantile")
                .setQuantileLevels(new double[] {0.2, 0.5})
                .setQuantilesCol("quantiles")
                .setNumTrees(5)
                .setMaxLeaves(7);
    }

    /** Saves the model into the directory and returns the sha256 of its {@code model.safetensors}. */
    static String sha256(MLWritable model, Path directory) throws IOException {
        Path path = directory.resolve("model-" + System.nanoTime());
        model.write().save(path.toString());
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path.resolve("model.safetensors")));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
