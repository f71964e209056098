package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;

/** Out-of-fold predictions of our own estimators, with the shape of trees that the peers get. */
final class OwnFolds {
    private final SparkSession session;
    private final int trees;

    OwnFolds(SparkSession session, int trees) {
        this.session = session;
        this.trees = trees;
    }

    /** One array a row as {@link FoldScores#of} takes them; empty where no estimator of ours has such a target. */
    Optional<double[][]> predictions(FoldTable table, QualitySet.Target target, int foldCount) {
        Optional<Estimator<?>> estimator = estimator(target);
        if (estimator.isEmpty()) {
            return Optional.empty();
        }
        double[][] predictions = new double[table.rows()][];
        for (int fold = 0; fold < foldCount; fold++) {
            Model<?> model = (Model<?>) estimator.get().fit(rows(table, table.rowsOf(fold, false)));
            Dataset<Row> scored = model.transform(rows(table, table.rowsOf(fold, true)));
            String column = target == QualitySet.Target.REAL ? "prediction" : "probability";
            for (Row row : scored.select(col("row"), col(column)).collectAsList()) {
                predictions[row.getInt(0)] =
                        row.get(1) instanceof Vector vector ? vector.toArray() : new double[] {row.getDouble(1)};
            }
        }
        return Optional.of(predictions);
    }

    /** Ours for a target: 63 leaves, 255 bins, learning rate 0.1, lambda 1, child weight 1, rows in a leaf 1. */
    private Optional<Estimator<?>> estimator(QualitySet.Target target) {
        if (target != QualitySet.Target.BINARY) {
            return Optional.empty();
        }
        return Optional.of(new BoostedTreesClassifier()
                .setNumTrees(trees)
                .setLearningRate(0.1)
                .setMaxBins(255)
                .setLambdaL2(1)
                .setMinChildWeight(1)
                .setMinDataInLeaf(1)
                .setMaxLeaves(63)
                .setMaxDepth(-1));
    }

    private Dataset<Row> rows(FoldTable table, int[] numbers) {
        List<Row> rows = new ArrayList<>(numbers.length);
        for (int number : numbers) {
            double[] features = new double[table.columns()];
            for (int f = 0; f < features.length; f++) {
                features[f] = table.values()[number * table.columns() + f];
            }
            rows.add(RowFactory.create(number, (double) table.labels()[number], Vectors.dense(features)));
        }
        return session.createDataFrame(
                rows,
                new StructType()
                        .add("row", DataTypes.IntegerType, false)
                        .add("label", DataTypes.DoubleType, false)
                        .add("features", SQLDataTypes.VectorType(), false));
    }
}
