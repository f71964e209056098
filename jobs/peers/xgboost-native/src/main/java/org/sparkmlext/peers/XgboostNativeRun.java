package org.sparkmlext.peers;

import java.util.HashMap;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;

/** xgboost4j in process, no Spark; sparse rows go in compressed (CSR). Own argument: {@code grow=depthwise|leafwise}. */
public final class XgboostNativeRun {

    private XgboostNativeRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        int trees = arguments.number("trees");
        int threads = arguments.number("threads");
        String data = arguments.text("data") + "/" + arguments.text("set");
        RunReport report = new RunReport(arguments.text("system"), arguments.text("set")).put("trees", trees);
        report.start();
        boolean isSparse = SparseTable.isSparse(data + "/train");
        MatrixSource train = source(isSparse, data + "/train", threads);
        report.stop("load");
        report.start();
        DMatrix matrix = train.matrix();
        // Quantiles are made in the first boosting round.
        report.stop("ingest");
        Map<String, Object> params = params(arguments);
        report.start();
        Booster booster = XGBoost.train(matrix, params, trees, new HashMap<>(), null, null);
        report.stop("fit");
        MatrixSource test = source(isSparse, data + "/test", threads);
        report.start();
        DMatrix testMatrix = test.matrix();
        float[][] predictions = booster.predict(testMatrix);
        report.stop("predict");
        float[] probabilities = new float[predictions.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = predictions[i][0];
        }
        report.score(testMatrix.getLabel(), probabilities);
        report.finish();
    }

    /** A table in memory that XGBoost has not yet seen. */
    private interface MatrixSource {
        DMatrix matrix() throws XGBoostError;
    }

    private static MatrixSource source(boolean isSparse, String directory, int threads) throws Exception {
        if (isSparse) {
            SparseTable table = SparseTable.read(directory, threads);
            return () -> labelled(
                    new DMatrix(
                            table.rowStarts(),
                            table.indices(),
                            table.values(),
                            DMatrix.SparseType.CSR,
                            table.columns(),
                            Float.NaN,
                            threads),
                    table.labels());
        }
        FloatTable table = FloatTable.read(directory, threads);
        return () ->
                labelled(new DMatrix(table.values(), table.rows(), table.columns(), Float.NaN), table.labels());
    }

    private static DMatrix labelled(DMatrix matrix, float[] labels) throws XGBoostError {
        matrix.setLabel(labels);
        return matrix;
    }

    private static Map<String, Object> params(RunArguments arguments) {
        Map<String, Object> params = new HashMap<>();
        params.put("objective", "binary:logistic");
        params.put("tree_method", "hist");
        params.put("nthread", arguments.number("threads"));
        params.put("eta", 0.1);
        params.put("max_bin", 256);
        params.put("lambda", 1.0);
        params.put("min_child_weight", 1.0);
        if (arguments.text("grow").equals("leafwise")) {
            params.put("grow_policy", "lossguide");
            params.put("max_depth", 0);
            params.put("max_leaves", 63);
        } else {
            params.put("max_depth", 6);
        }
        return params;
    }
}
