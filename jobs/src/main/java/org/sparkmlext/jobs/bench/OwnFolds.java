package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.ml.boosting.BoostingSetters;

/** Out-of-fold predictions of our own estimators, with the shape of trees that the peers get. */
final class OwnFolds {
    private final SparkSession session;
    private final int trees;

    OwnFolds(SparkSession session, int trees) {
        this.session = session;
        this.trees = trees;
    }

    /** One array a row as {@link FoldScores#of} takes them. */
    double[][] predictions(FoldTable table, QualitySet.Target target, int foldCount) {
        Estimator<?> estimator = estimator(target);
        double[][] predictions = new double[table.rows()][];
        for (int fold = 0; fold < foldCount; fold++) {
            Model<?> model = (Model<?>) estimator.fit(rows(table, table.rowsOf(fold, false)));
            Dataset<Row> scored = model.transform(rows(table, table.rowsOf(fold, true)));
            String column = target == QualitySet.Target.REAL ? "prediction" : "probability";
            for (Row row : scored.select(col("row"), col(column)).collectAsList()) {
                predictions[row.getInt(0)] =
                        row.get(1) instanceof Vector vector ? vector.toArray() : new double[] {row.getDouble(1)};
            }
        }
        return predictions;
    }

    /** Ours for a target: 63 leaves, 255 bins, learning rate 0.1, lambda 1, child weight 1, rows in a leaf 1. */
    private Estimator<?> estimator(QualitySet.Target target) {
        return target == QualitySet.Target.REAL
                ? shaped(new BoostedTreesRegressor())
                : shaped(new BoostedTreesClassifier());
    }

    private <E extends Params> E shaped(BoostingSetters<E> estimator) {
        estimator.setNumTrees(trees);
        estimator.setLearningRate(0.1);
        estimator.setMaxBins(255);
        estimator.setLambdaL2(1);
        estimator.setMinChildWeight(1);
        estimator.setMinDataInLeaf(1);
        estimator.setMaxLeaves(63);
        return estimator.setMaxDepth(-1);
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
