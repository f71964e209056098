package org.sparkmlext.peers;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMDataset;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;

/** LightGBM through lightgbm4j in process, no Spark. Own argument: {@code quantized=true|false}. */
public final class LightgbmNativeRun {

    private LightgbmNativeRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        int trees = arguments.number("trees");
        int threads = arguments.number("threads");
        String data = arguments.text("data") + "/" + arguments.text("set");
        RunReport report = new RunReport(arguments.text("system"), arguments.text("set")).put("trees", trees);
        report.start();
        FloatTable train = FloatTable.read(data + "/train", threads);
        report.stop("load");
        String params = "objective=binary verbosity=-1 learning_rate=0.1 max_bin=255 lambda_l2=1 min_sum_hessian_in_leaf=1"
                + " min_data_in_leaf=1 num_leaves=63 max_depth=-1 num_threads=" + threads
                + (Boolean.parseBoolean(arguments.text("quantized"))
                        ? " use_quantized_grad=true num_grad_quant_bins=4 quant_train_renew_leaf=true"
                        : "");
        report.start();
        LGBMDataset dataset =
                LGBMDataset.createFromMat(train.values(), train.rows(), train.columns(), true, params, null);
        dataset.setField("label", train.labels());
        // Binning included.
        report.stop("ingest");
        report.start();
        LGBMBooster booster = LGBMBooster.create(dataset, params);
        for (int round = 0; round < trees; round++) {
            booster.updateOneIter();
        }
        report.stop("fit");
        FloatTable test = FloatTable.read(data + "/test", threads);
        report.start();
        double[] predictions = booster.predictForMat(
                test.values(),
                test.rows(),
                test.columns(),
                true,
                PredictionType.C_API_PREDICT_NORMAL,
                "num_threads=" + threads);
        report.stop("predict");
        float[] probabilities = new float[predictions.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = (float) predictions[i];
        }
        report.score(test.labels(), probabilities);
        report.finish();
    }
}
