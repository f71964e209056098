package org.sparkmlext.peers;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.jobs.bench.RunArguments;

/** What every Spark peer does the same way: session, reading into vectors, collecting predictions. */
final class SparkTable {
    private static final String LABEL = "label";
    private static final String FEATURES = "features";

    private SparkTable() {}

    static SparkSession.Builder session(RunArguments arguments) {
        return SparkSession.builder()
                .appName("peer")
                .master("local[" + arguments.number("threads") + "]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", Integer.toString(arguments.number("threads")))
                .config("spark.driver.maxResultSize", "4g");
    }

    /** One part ({@code train} or {@code test}) with the columns as the vector {@code features}. */
    static Dataset<Row> read(SparkSession session, RunArguments arguments, String part) {
        Dataset<Row> rows =
                session.read().parquet(arguments.text("data") + "/" + arguments.text("set") + "/" + part);
        List<String> features = new ArrayList<>(List.of(rows.columns()));
        features.remove(LABEL);
        if (features.equals(List.of(FEATURES))) {
            return rows.select(col(FEATURES), col(LABEL).cast("double").as(LABEL));
        }
        return new VectorAssembler()
                .setInputCols(features.toArray(new String[0]))
                .setOutputCol(FEATURES)
                .setHandleInvalid("keep")
                .transform(rows)
                .select(col(FEATURES), col(LABEL).cast("double").as(LABEL));
    }

    /** Labels, and probabilities of class 1; collecting them is part of the predict time of every system. */
    static float[][] collect(Dataset<Row> predictions) {
        List<Row> rows = predictions
                .select(
                        col(LABEL).cast("float"),
                        functions.vector_to_array(col("probability"), "float64").getItem(1).cast("float"))
                .collectAsList();
        float[][] columns = new float[2][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            columns[0][i] = rows.get(i).getFloat(0);
            columns[1][i] = rows.get(i).getFloat(1);
        }
        return columns;
    }
}
