package org.sparkmlext.peers;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;

/**
 * The phases of a timed run of a Spark peer. Arguments: {@code system data set trees threads} and the peer's own; {@code
 * cache=false} trains straight from Parquet.
 */
final class SparkPeer {

    /** Trains on cached rows and returns how to predict. */
    interface Fit {
        Prediction fit(Dataset<Row> train) throws Exception;
    }

    /** Adds the column {@code probability}. */
    interface Prediction {
        Dataset<Row> of(Dataset<?> rows);
    }

    private SparkPeer() {}

    static void run(RunArguments arguments, SparkSession.Builder builder, Fit fit) throws Exception {
        RunReport report = new RunReport(arguments.text("system"), arguments.text("set"))
                .put("trees", arguments.number("trees"));
        report.start();
        SparkSession session = builder.getOrCreate();
        report.stop("session");
        report.put("spark", session.version());
        report.start();
        Dataset<Row> train = SparkTable.read(session, arguments, "train");
        if (Boolean.parseBoolean(arguments.text("cache", "true"))) {
            train = train.persist(StorageLevel.MEMORY_ONLY());
            report.put("rows", train.count());
        }
        report.stop("load");
        report.start();
        Prediction prediction = fit.fit(train);
        report.stop("fit");
        report.measureLiveMemory();
        report.start();
        float[][] predictions = SparkTable.collect(prediction.of(SparkTable.read(session, arguments, "test")));
        report.stop("predict");
        report.score(predictions[0], predictions[1]);
        session.stop();
        report.finish();
    }
}
