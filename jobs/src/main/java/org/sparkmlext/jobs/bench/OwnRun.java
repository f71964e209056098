package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;

/**
 * One timed run of our own estimator, from a cached DataFrame of plain columns, or of the vector column {@code features}
 * where the set has one. Arguments: {@code system data set trees threads grow=leafwise|depthwise}; {@code cache=false} trains
 * straight from Parquet.
 */
public final class OwnRun {

    private OwnRun() {}

    public static void main(String[] args) {
        RunArguments arguments = new RunArguments(args);
        String set = arguments.text("set");
        RunReport report = new RunReport(arguments.text("system"), set).put("trees", arguments.number("trees"));
        report.start();
        SparkSession session = SparkSession.builder()
                .appName("bench")
                .master("local[" + arguments.number("threads") + "]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", Integer.toString(arguments.number("threads")))
                .config("spark.driver.maxResultSize", "4g")
                .getOrCreate();
        report.stop("session");
        report.put("spark", session.version());
        String data = arguments.text("data") + "/" + set;
        report.start();
        Dataset<Row> train = session.read().parquet(data + "/train");
        if (Boolean.parseBoolean(arguments.text("cache", "true"))) {
            train = train.persist(StorageLevel.MEMORY_ONLY());
            report.put("rows", train.count());
        }
        report.stop("load");
        report.start();
        BoostedTreesClassificationModel model =
                classifier(arguments, train.columns()).fit(train);
        report.stop("fit");
        model.summary()
                .report()
                .secondsByPhase()
                .forEach((phase, seconds) -> report.putRounded("fit_" + phase + "_s", seconds));
        report.measureLiveMemory();
        report.start();
        float[][] predictions = collect(model.transform(session.read().parquet(data + "/test")));
        report.stop("predict");
        report.score(predictions[0], predictions[1]);
        session.stop();
        report.finish();
    }

    private static BoostedTreesClassifier classifier(RunArguments arguments, String[] columns) {
        String[] inputs =
                Arrays.stream(columns).filter(name -> !name.equals("label")).toArray(String[]::new);
        BoostedTreesClassifier classifier = new BoostedTreesClassifier();
        if (inputs.length == 1) {
            classifier.setFeaturesCol(inputs[0]);
        } else {
            classifier.setInputCols(inputs);
        }
        classifier.setLabelCol("label");
        classifier
                .setNumTrees(arguments.number("trees"))
                .setLearningRate(0.1)
                .setMaxBins(255)
                .setLambdaL2(1)
                .setMinChildWeight(1)
                .setMinDataInLeaf(1)
                .setGrowPolicy(arguments.text("grow"));
        return arguments.text("grow").equals("leafwise")
                // SynapseML and LightGBM measure no training rows unless told to; XGBoost4J-Spark always does.
                ? classifier.setMaxLeaves(63).setMaxDepth(-1).setTrainingMetricPeriod(0)
                : classifier.setMaxDepth(6);
    }

    /** Labels, and probabilities of class 1; collecting them is part of the predict time of every system. */
    private static float[][] collect(Dataset<Row> predictions) {
        List<Row> rows = predictions
                .select(
                        col("label").cast("float"),
                        functions
                                .vector_to_array(col("probability"), "float64")
                                .getItem(1)
                                .cast("float"))
                .collectAsList();
        float[][] columns = new float[2][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            columns[0][i] = rows.get(i).getFloat(0);
            columns[1][i] = rows.get(i).getFloat(1);
        }
        return columns;
    }
}
