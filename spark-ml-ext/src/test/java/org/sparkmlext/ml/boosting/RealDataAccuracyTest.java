package org.sparkmlext.ml.boosting;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** What the classifier reaches on public data with its defaults; Adult is the command line's test. */
@RealData
class RealDataAccuracyTest {

    private static double auc(Dataset<Row> scored) {
        return new BinaryClassificationEvaluator()
                .setLabelCol("label")
                .setNumBins(0)
                .evaluate(scored);
    }

    private static String path(String file) {
        return RealData.Directory.file(file).toString();
    }

    private static String[] columnsBut(Dataset<Row> rows, String... left) {
        return Arrays.stream(rows.columns())
                .filter(c -> !Arrays.asList(left).contains(c))
                .toArray(String[]::new);
    }

    private static void report(String what, double value) {
        System.out.printf("[real data] %s = %.5f%n", what, value);
    }

    @Test
    void higgs7kReachesItsAuc() {
        SparkSession spark = LocalSpark.session();
        Dataset<Row> training = higgs(spark, "higgs-7k/binary.train.gz");
        Dataset<Row> test = higgs(spark, "higgs-7k/binary.test.gz");
        BoostedTreesClassificationModel model = new BoostedTreesClassifier()
                .setInputCols(columnsBut(training, "label"))
                .fit(training);
        double auc = auc(model.transform(test));
        report("higgs-7k test AUC", auc);
        assertThat(auc).isGreaterThanOrEqualTo(0.82);
    }

    private static Dataset<Row> higgs(SparkSession spark, String file) {
        return spark.read()
                .option("sep", "\t")
                .option("inferSchema", "true")
                .csv(path(file))
                .withColumnRenamed("_c0", "label");
    }

    @Test
    void breastCancerReachesItsAucInFiveFolds() {
        SparkSession spark = LocalSpark.session();
        Dataset<Row> rows = spark.read()
                .option("inferSchema", "true")
                .csv(path("breast-cancer/wdbc.csv"))
                .coalesce(1)
                .withColumn("fold", monotonically_increasing_id().mod(5))
                .withColumn("label", when(col("_c1").equalTo("M"), 1.0).otherwise(0.0));
        double sum = 0;
        for (int fold = 0; fold < 5; fold++) {
            Dataset<Row> training = rows.where("fold <> " + fold);
            BoostedTreesClassificationModel model = new BoostedTreesClassifier()
                    .setInputCols(columnsBut(rows, "_c0", "_c1", "fold", "label"))
                    .fit(training);
            sum += auc(model.transform(rows.where("fold = " + fold)));
        }
        report("breast-cancer 5-fold AUC", sum / 5);
        assertThat(sum / 5).isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void agaricusIsLearntWithoutErrorFromSparseVectors() {
        SparkSession spark = LocalSpark.session();
        Dataset<Row> training = libsvm(spark, "agaricus/agaricus.txt.train.gz");
        Dataset<Row> test = libsvm(spark, "agaricus/agaricus.txt.test.gz");
        BoostedTreesClassificationModel model =
                new BoostedTreesClassifier().setFeaturesCol("features").fit(training);
        long errors = model.transform(test).where("prediction <> label").count();
        report("agaricus test errors", errors);
        assertThat(errors).isZero();
        assertThat(test.count()).isEqualTo(1611);
    }

    private static Dataset<Row> libsvm(SparkSession spark, String file) {
        return spark.read().format("libsvm").option("numFeatures", "127").load(path(file));
    }
}
