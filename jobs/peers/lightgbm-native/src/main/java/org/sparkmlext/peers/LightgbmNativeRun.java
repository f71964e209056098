package org.sparkmlext.peers;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMDataset;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;

/**
 * LightGBM through lightgbm4j in process, no Spark. Own argument: {@code quantized=true|false}.
 *
 * <p>lightgbm4j takes no compressed rows: sparse ones go in as a LibSVM file (writing it is the phase {@code handover}, outside
 * {@code ingest}; reading it is inside) and are predicted in dense blocks.
 */
public final class LightgbmNativeRun {
    private static final int BLOCK_ROWS = 5000;

    private LightgbmNativeRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        String data = arguments.text("data") + "/" + arguments.text("set");
        RunReport report = new RunReport(arguments.text("system"), arguments.text("set"))
                .put("trees", arguments.number("trees"));
        if (SparseTable.isSparse(data + "/train")) {
            runSparse(arguments, data, report);
        } else {
            runDense(arguments, data, report);
        }
        report.finish();
    }

    private static void runDense(RunArguments arguments, String data, RunReport report) throws Exception {
        int threads = arguments.number("threads");
        report.start();
        FloatTable train = FloatTable.read(data + "/train", threads);
        report.stop("load");
        report.start();
        LGBMDataset dataset = LGBMDataset.createFromMat(
                train.values(), train.rows(), train.columns(), true, params(arguments), null);
        dataset.setField("label", train.labels());
        // Binning included.
        report.stop("ingest");
        LGBMBooster booster = fit(dataset, arguments, report);
        FloatTable test = FloatTable.read(data + "/test", threads);
        float[] probabilities = new float[test.rows()];
        report.start();
        predict(booster, test.values(), test.columns(), arguments, probabilities, 0);
        report.stop("predict");
        report.score(test.labels(), probabilities);
    }

    private static void runSparse(RunArguments arguments, String data, RunReport report) throws Exception {
        int threads = arguments.number("threads");
        report.start();
        SparseTable train = SparseTable.read(data + "/train", threads);
        report.stop("load");
        Path file = Files.createTempFile("lightgbm", ".svm");
        LGBMDataset dataset;
        try {
            report.start();
            write(train, file);
            report.stop("handover");
            report.start();
            dataset = LGBMDataset.createFromFile(file.toString(), params(arguments), null);
            report.stop("ingest");
        } finally {
            Files.delete(file);
        }
        LGBMBooster booster = fit(dataset, arguments, report);
        SparseTable test = SparseTable.read(data + "/test", threads);
        float[] probabilities = new float[test.rows()];
        report.start();
        for (int from = 0; from < test.rows(); from += BLOCK_ROWS) {
            int to = Math.min(test.rows(), from + BLOCK_ROWS);
            predict(booster, test.dense(from, to), test.columns(), arguments, probabilities, from);
        }
        report.stop("predict");
        report.score(test.labels(), probabilities);
    }

    private static void write(SparseTable table, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            StringBuilder line = new StringBuilder();
            for (int row = 0; row < table.rows(); row++) {
                line.setLength(0);
                line.append((int) table.labels()[row]);
                for (int i = (int) table.rowStarts()[row]; i < table.rowStarts()[row + 1]; i++) {
                    line.append(' ').append(table.indices()[i]).append(':').append(table.values()[i]);
                }
                out.write(line.append('\n').toString());
            }
        }
    }

    private static LGBMBooster fit(LGBMDataset dataset, RunArguments arguments, RunReport report) throws Exception {
        report.start();
        LGBMBooster booster = LGBMBooster.create(dataset, params(arguments));
        for (int round = 0; round < arguments.number("trees"); round++) {
            booster.updateOneIter();
        }
        report.stop("fit");
        return booster;
    }

    private static String params(RunArguments arguments) {
        return "objective=binary verbosity=-1 learning_rate=0.1 max_bin=255 lambda_l2=1 min_sum_hessian_in_leaf=1"
                + " min_data_in_leaf=1 num_leaves=63 max_depth=-1 num_threads=" + arguments.text("threads")
                + (Boolean.parseBoolean(arguments.text("quantized"))
                        ? " use_quantized_grad=true num_grad_quant_bins=4 quant_train_renew_leaf=true"
                        : "");
    }

    private static void predict(
            LGBMBooster booster, float[] values, int columns, RunArguments arguments, float[] probabilities, int at)
            throws Exception {
        // The text file says nothing of columns that no training row uses.
        double[] predictions = booster.predictForMat(
                values,
                values.length / columns,
                columns,
                true,
                PredictionType.C_API_PREDICT_NORMAL,
                "predict_disable_shape_check=true num_threads=" + arguments.text("threads"));
        for (int i = 0; i < predictions.length; i++) {
            probabilities[at + i] = (float) predictions[i];
        }
    }
}
