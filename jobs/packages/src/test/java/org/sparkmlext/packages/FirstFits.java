package org.sparkmlext.packages;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.Network;

/** A user's program: trees, then a network, whose kernels are native. Says how many rows of its own each gets right. */
public final class FirstFits {
    private static final int ROWS = 400;
    private static final int SIDE = 8;

    private FirstFits() {}

    public static void main(String[] args) throws Exception {
        try (SparkSession session = SparkSession.builder().getOrCreate()) {
            Dataset<Row> rows = images(session);
            Dataset<Row> byTrees = new BoostedTreesClassifier()
                    .setInputCols(new String[] {"left", "right"})
                    .setNumTrees(5)
                    .fit(rows)
                    .transform(rows);
            System.out.println("trees: " + right(byTrees) + " of " + ROWS);
            String network = Network.image(SIDE, SIDE, 1)
                    .flatten()
                    .dense(16, "relu")
                    .build()
                    .toJson();
            Dataset<Row> byNetwork = new CnnClassifier()
                    .setImageCol("pixels")
                    .setNetwork(network)
                    .setMaxEpochs(5)
                    .setBatchSize(32)
                    .setLearningRate(0.01)
                    .fit(rows)
                    .transform(rows);
            System.out.println("network: " + right(byNetwork) + " of " + ROWS);
        }
    }

    /** Images that are brighter on the left, or on the right; beside them the mean of both sides. */
    private static Dataset<Row> images(SparkSession session) {
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            int label = i % 2;
            float[] pixels = new float[SIDE * SIDE];
            double[] sums = new double[2];
            for (int p = 0; p < pixels.length; p++) {
                int side = p % SIDE < SIDE / 2 ? 0 : 1;
                pixels[p] = random.nextFloat() + (side == label ? 1 : 0);
                sums[side] += pixels[p];
            }
            rows.add(RowFactory.create(pixels, sums[0], sums[1], (double) label));
        }
        return session.createDataFrame(
                rows,
                new StructType()
                        .add("pixels", DataTypes.createArrayType(DataTypes.FloatType, false))
                        .add("left", DataTypes.DoubleType)
                        .add("right", DataTypes.DoubleType)
                        .add("label", DataTypes.DoubleType));
    }

    private static long right(Dataset<Row> scored) {
        return scored.where("prediction = label").count();
    }
}
