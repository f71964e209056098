package org.sparkmlext.peers;

import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMDataset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.bench.FoldTable;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;

/**
 * Cross-validation of lightgbm4j. Arguments: {@code system set target=REAL|BINARY|CLASSES classes folds trees threads table
 * predictions}, the last two being files of {@link FoldTable}.
 */
public final class LightgbmFoldsRun {

    private LightgbmFoldsRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        RunReport report = new RunReport(arguments.text("system"), arguments.text("set"));
        FoldTable table = FoldTable.read(Path.of(arguments.text("table")));
        double[][] predictions = new double[table.rows()][];
        report.start();
        for (int fold = 0; fold < arguments.number("folds"); fold++) {
            predict(table, fold, arguments, predictions);
        }
        report.stop("fit");
        FoldTable.writePredictions(Path.of(arguments.text("predictions")), predictions);
        report.finish();
    }

    private static void predict(FoldTable table, int fold, RunArguments arguments, double[][] predictions)
            throws Exception {
        String params = params(arguments);
        int[] training = table.rowsOf(fold, false);
        int[] test = table.rowsOf(fold, true);
        try (LGBMDataset dataset = dataset(table, training, params, null);
                LGBMDataset watched = dataset(table, test, params, dataset);
                LGBMBooster booster = LGBMBooster.create(dataset, params)) {
            booster.addValidData(watched);
            for (int round = 0; round < arguments.number("trees"); round++) {
                booster.updateOneIter();
            }
            // predictForMat of lightgbm4j 4.3 gives its buffer room for two outputs a row, and writes beyond it with more.
            double[] byOutput = booster.getPredict(1);
            boolean isBinary = arguments.text("target").equals("BINARY");
            for (int i = 0; i < test.length; i++) {
                predictions[test[i]] = isBinary
                        ? new double[] {1 - byOutput[i], byOutput[i]}
                        : outputsOf(byOutput, i, test.length);
            }
        }
    }

    private static LGBMDataset dataset(FoldTable table, int[] rows, String params, @Nullable LGBMDataset reference)
            throws Exception {
        LGBMDataset dataset = LGBMDataset.createFromMat(
                table.valuesOf(rows), rows.length, table.columns(), true, params, reference);
        dataset.setField("label", table.labelsOf(rows));
        return dataset;
    }

    /** One row of a matrix that is stored output by output. */
    private static double[] outputsOf(double[] byOutput, int row, int rows) {
        double[] one = new double[byOutput.length / rows];
        for (int k = 0; k < one.length; k++) {
            one[k] = byOutput[k * rows + row];
        }
        return one;
    }

    private static String params(RunArguments arguments) {
        String objective =
                switch (arguments.text("target")) {
                    case "REAL" -> "regression";
                    case "BINARY" -> "binary";
                    case "CLASSES" -> "multiclass num_class=" + arguments.text("classes");
                    default ->
                        throw new IllegalArgumentException(
                                "target '" + arguments.text("target") + "': want REAL, BINARY or CLASSES");
                };
        return "objective=" + objective + " verbosity=-1 deterministic=true force_row_wise=true learning_rate=0.1"
                + " max_bin=255 lambda_l2=1 min_sum_hessian_in_leaf=1 min_data_in_leaf=1 num_leaves=63 max_depth=-1"
                + " num_threads=" + arguments.text("threads");
    }
}
